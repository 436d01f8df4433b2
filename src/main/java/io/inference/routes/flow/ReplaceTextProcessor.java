package io.inference.routes.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.inference.api.message.ContentPart;
import io.inference.api.message.Extras;
import io.inference.api.message.Message;
import io.inference.api.message.ToolCall;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.SummarizeRequest;
import io.inference.wire.Json;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Replaces in all texts of a request what matches the regular expression in the property {@value #PATTERN} by the text
 * in the property {@value #REPLACEMENT}: in messages, their thinking and the arguments of tool calls, in prompts, in
 * texts to embed or to summarize, and in fields that are only passed on.
 */
public class ReplaceTextProcessor implements Processor {
    static final String PATTERN = "InferencePattern";
    static final String REPLACEMENT = "InferenceReplacement";

    @Override
    public void process(Exchange exchange) {
        Pattern pattern = Pattern.compile(property(exchange, PATTERN));
        Replacement replacement = new Replacement(pattern, Matcher.quoteReplacement(property(exchange, REPLACEMENT)));
        org.apache.camel.Message message = exchange.getMessage();
        if (message.getBody() instanceof InferenceRequest request) {
            message.setBody(replacement.in(request));
        }
    }

    private static String property(Exchange exchange, String name) {
        String value = exchange.getProperty(name, String.class);
        if (value == null) {
            throw new IllegalStateException("the route sets no property " + name);
        }
        return value;
    }

    private record Replacement(Pattern pattern, String by) {
        InferenceRequest in(InferenceRequest request) {
            return switch (request) {
                case ChatRequest chat ->
                    new ChatRequest(
                            chat.model(),
                            chat.messages().stream().map(this::in).toList(),
                            chat.options(),
                            chat.tools(),
                            chat.toolChoice(),
                            chat.responseFormat(),
                            chat.think(),
                            chat.stream(),
                            chat.reasoningEffort(),
                            in(chat.extras()));
                case GenerateRequest generate ->
                    new GenerateRequest(
                            generate.model(),
                            in(generate.prompts()),
                            generate.options(),
                            generate.stream(),
                            in(generate.extras()));
                case EmbedRequest embed ->
                    new EmbedRequest(
                            embed.model(),
                            in(embed.inputs()),
                            embed.dimensions(),
                            embed.normalize(),
                            embed.truncate(),
                            in(embed.extras()));

                case SummarizeRequest summarize ->
                    new SummarizeRequest(
                            summarize.model(),
                            in(summarize.text()),
                            summarize.messages().stream().map(this::in).toList(),
                            summarize.style(),
                            summarize.maxWords(),
                            summarize.stream());
                case ImageRequest image ->
                    new ImageRequest(
                            image.model(),
                            in(image.prompt()),
                            image.images(),
                            image.mask(),
                            image.options(),
                            image.stream(),
                            in(image.extras()));
            };
        }

        private Message in(Message message) {
            return new Message(
                    message.role(),
                    in(message.content()),
                    inOptional(message.thinking()),
                    message.images(),
                    message.toolCalls().stream().map(this::in).toList(),
                    message.toolCallId(),
                    message.name(),
                    message.parts().stream().map(this::in).toList(),
                    in(message.extras()));
        }

        private ContentPart in(ContentPart part) {
            return switch (part) {
                case ContentPart.Text text -> new ContentPart.Text(in(text.text()), in(text.extras()));
                case ContentPart.Picture picture -> picture;
                case ContentPart.Other other -> new ContentPart.Other(other.type(), inJson(other.json()));
            };
        }

        private Extras in(Extras extras) {
            return extras.map(this::inJson);
        }

        /** Names stay as they are. */
        private String inJson(String json) {
            JsonNode value = Json.value(json);
            return value == null ? json : Json.wellFormed(in(value).toString());
        }

        private JsonNode in(JsonNode value) {
            return switch (value) {
                case TextNode text -> TextNode.valueOf(in(text.textValue()));
                case ArrayNode list -> {
                    ArrayNode changed = list.arrayNode(list.size());
                    list.forEach(element -> changed.add(in(element)));
                    yield changed;
                }
                case ObjectNode object -> {
                    ObjectNode changed = object.objectNode();
                    object.properties().forEach(field -> changed.set(field.getKey(), in(field.getValue())));
                    yield changed;
                }
                default -> value;
            };
        }

        private ToolCall in(ToolCall call) {
            return new ToolCall(call.index(), call.id(), call.name(), in(call.argumentsJson()), in(call.extras()));
        }

        private List<String> in(List<String> texts) {
            return texts.stream().map(this::in).toList();
        }

        private @Nullable String inOptional(@Nullable String text) {
            return text == null ? null : in(text);
        }

        private String in(String text) {
            return pattern.matcher(text).replaceAll(by);
        }
    }
}
