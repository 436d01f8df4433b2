package io.inference.api.request;

import io.inference.api.message.ContentPart;
import io.inference.api.message.Extras;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolChoice;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Requests without what a backend lacks.
 *
 * @param lacks names as of {@link Unsupported}
 */
record Reduction(Set<String> lacks) {
    InferenceRequest of(InferenceRequest request) {
        Extras extras = request.extras().without(lacks::contains);
        return switch (request) {
            case ChatRequest chat -> {
                boolean tools = !lacks.contains(Unsupported.TOOLS);
                boolean formatted = !Unsupported.lacksFormat(chat.responseFormat(), lacks);
                boolean thinks = !lacks.contains(Unsupported.THINK);
                yield new ChatRequest(
                        chat.model(),
                        messages(chat.messages()),
                        chat.options().without(lacks),
                        tools ? tools(chat.tools()) : List.of(),
                        tools ? choice(chat.toolChoice()) : null,
                        formatted ? chat.responseFormat() : null,
                        thinks ? chat.think() : null,
                        chat.stream(),
                        thinks && !lacks.contains("reasoning_effort") ? chat.reasoningEffort() : null,
                        extras.without(name -> name.equals(Unsupported.TOOL_CHOICE) && !tools
                                || name.equals(Unsupported.RESPONSE_FORMAT) && !formatted));
            }
            case GenerateRequest generate ->
                new GenerateRequest(
                        generate.model(),
                        generate.prompts(),
                        generate.options().without(lacks),
                        generate.stream(),
                        extras);
            case SummarizeRequest summarize -> summarize;
            case ImageRequest image ->
                new ImageRequest(
                        image.model(),
                        image.prompt(),
                        image.images(),
                        lacks.contains(Unsupported.MASK) ? null : image.mask(),
                        image.options().without(lacks),
                        image.stream(),
                        extras);
            case EmbedRequest embed ->
                new EmbedRequest(
                        embed.model(),
                        embed.inputs(),
                        lacks.contains("dimensions") ? null : embed.dimensions(),
                        embed.normalize(),
                        embed.truncate(),
                        extras);
        };
    }

    private List<Tool> tools(List<Tool> tools) {
        boolean strict = !lacks.contains(Unsupported.STRICT_TOOLS);
        return tools.stream()
                .filter(tool -> tool.function() || !lacks.contains(Unsupported.OTHER_TOOLS))
                .map(tool -> strict || tool.strict() == null ? tool : tool.notStrict())
                .toList();
    }

    private @Nullable ToolChoice choice(@Nullable ToolChoice choice) {
        return lacks.contains(Unsupported.FORCED_TOOLS) && Unsupported.isForced(choice) ? null : choice;
    }

    private List<Message> messages(List<Message> messages) {
        boolean all = Stream.of(Unsupported.IMAGES, Unsupported.REMOTE_IMAGES, Unsupported.CONTENT_PARTS)
                .noneMatch(lacks::contains);
        return all ? messages : messages.stream().map(this::message).toList();
    }

    private Message message(Message message) {
        Predicate<Image> stays = image -> !lacks.contains(Unsupported.IMAGES)
                && !(lacks.contains(Unsupported.REMOTE_IMAGES) && Unsupported.isRemote(image));
        List<ContentPart> parts = message.parts().stream()
                .filter(part -> switch (part) {
                    case ContentPart.Text text -> true;
                    case ContentPart.Picture picture -> stays.test(picture.image());
                    case ContentPart.Other other -> !lacks.contains(Unsupported.CONTENT_PARTS);
                })
                .toList();
        return new Message(
                message.role(),
                message.content(),
                message.thinking(),
                message.images().stream().filter(stays).toList(),
                message.toolCalls(),
                message.toolCallId(),
                message.name(),
                parts,
                lacks.contains(Unsupported.CONTENT_PARTS)
                        ? message.extras().without(Unsupported.MESSAGE_FIELDS::contains)
                        : message.extras());
    }
}
