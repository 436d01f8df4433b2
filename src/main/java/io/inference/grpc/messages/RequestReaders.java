package io.inference.grpc.messages;

import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.SummarizeRequest;
import io.inference.routes.door.ConversationFields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads callers' messages as requests. All methods throw {@link InferenceException}, with the field's name, for what is
 * invalid or unsupported.
 */
public final class RequestReaders {
    /** OpenAI's own limit, enforced at every door. */
    private static final int MAX_INPUTS = 2048;

    private RequestReaders() {}

    public static ChatRequest chat(io.inference.grpc.v1.ChatRequest from, boolean stream) {
        String model = Fields.required("model", from.getModel());
        var tools = ToolReader.tools(from.getToolsList());
        return new ChatRequest(
                model,
                MessageReader.read(from.getMessagesList(), from.hasParentMessageId()),
                OptionsReader.read(from.getOptions()),
                tools,
                ToolReader.toolChoice(from.hasToolChoice() ? from.getToolChoice() : null, tools),
                from.hasResponseFormat() ? ToolReader.responseFormat(from.getResponseFormat()) : null,
                think(from),
                stream);
    }

    /** The stored conversation that a chat names. */
    public static ConversationFields conversation(io.inference.grpc.v1.ChatRequest from) {
        return new ConversationFields(
                from.hasConversationId() ? from.getConversationId() : null,
                from.hasParentMessageId() ? from.getParentMessageId() : null);
    }

    public static GenerateRequest generate(io.inference.grpc.v1.GenerateRequest from, boolean stream) {
        return new GenerateRequest(
                Fields.required("model", from.getModel()),
                List.of(from.getPrompt()),
                OptionsReader.read(from.getOptions()),
                stream);
    }

    public static EmbedRequest embed(io.inference.grpc.v1.EmbedRequest from, boolean stream) {
        String model = Fields.required("model", from.getModel());
        Integer dimensions =
                from.hasDimensions() ? Integer.valueOf(Fields.atLeast("dimensions", from.getDimensions(), 1)) : null;
        return new EmbedRequest(model, inputs(from.getInputList()), dimensions, true, from.getTruncate());
    }

    public static SummarizeRequest summarize(io.inference.grpc.v1.SummarizeRequest from, boolean stream) {
        if (from.hasConversationId()) {
            throw SummarizeRequest.noConversations();
        }
        List<Message> messages =
                from.getMessagesCount() == 0 ? List.of() : MessageReader.read(from.getMessagesList(), false);
        return SummarizeRequest.checked(
                from.getModel(),
                from.getText(),
                messages,
                from.hasStyle() ? from.getStyle() : null,
                from.hasMaxWords() ? Integer.valueOf(from.getMaxWords()) : null,
                stream);
    }

    /** Texts to embed, of any message. */
    public static List<String> inputs(List<String> inputs) {
        if (inputs.isEmpty()) {
            throw InferenceException.invalid("input", "'input' is required and must not be empty");
        }
        if (inputs.contains("")) {
            throw InferenceException.invalid("input", "'input' must not hold an empty text");
        }
        if (inputs.size() > MAX_INPUTS) {
            throw InferenceException.invalid("input", "'input' may hold " + MAX_INPUTS + " texts at most");
        }
        return inputs;
    }

    private static @Nullable Boolean think(io.inference.grpc.v1.ChatRequest from) {
        return from.hasThink() ? Boolean.valueOf(from.getThink()) : null;
    }
}
