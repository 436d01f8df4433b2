package io.inference.http.openai.request;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.api.request.Tool;
import io.inference.http.format.ConversationReader;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import io.inference.http.openai.answer.ChatAnswerWriter;
import io.inference.routes.door.ConversationFields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the body of {@code POST /v1/chat/completions}. */
public final class ChatRequestReader {
    private ChatRequestReader() {}

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<ChatAnswer> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        refuseWhatIsNotDone(body);
        String model = body.requiredText("model");
        ConversationFields conversation = ConversationReader.read(body);
        List<Message> messages = MessageReader.read(body, conversation.followsMessage());
        Options options = OptionsReader.read(body, OptionsReader.chatLogprobs(body));
        List<Tool> tools = ToolReader.tools(body);
        boolean parallel = body.flag("parallel_tool_calls", true);
        if (!tools.isEmpty() && !parallel) {
            throw body.unsupported("parallel_tool_calls", "'parallel_tool_calls' cannot be turned off");
        }
        boolean stream = body.flag("stream", false);
        var request = new ChatRequest(
                model,
                messages,
                options,
                tools,
                ToolReader.toolChoice(body, tools),
                ToolReader.responseFormat(body),
                think(body),
                stream);
        return WireRequest.of(request, ChatAnswer.class, new ChatAnswerWriter(stream, includeUsage(body)))
                .in(conversation);
    }

    static boolean includeUsage(JsonFields body) {
        JsonFields options = body.object("stream_options");
        return options != null && options.flag("include_usage", false);
    }

    /** Unsupported fields that would change the answer are refused; all other unknown fields are ignored. */
    private static void refuseWhatIsNotDone(JsonFields body) {
        for (String name : List.of("logit_bias", "audio", "functions", "function_call")) {
            if (body.isEffective(name)) {
                throw body.unsupported(name, "'" + name + "' is not supported");
            }
        }
        if (body.has("web_search_options")) {
            throw body.unsupported("web_search_options", "searching the web is not supported");
        }
        if (body.texts("modalities").stream().anyMatch(modality -> !modality.equals("text"))) {
            throw body.unsupported("modalities", "only text can be generated");
        }
        if (!body.text("verbosity", "medium").equals("medium")) {
            throw body.unsupported("verbosity", "'verbosity' is not supported");
        }
    }

    private static @Nullable Boolean think(JsonFields body) {
        String effort = body.text("reasoning_effort");
        if (effort == null) {
            return null;
        }
        return switch (effort) {
            case "none" -> false;
            case "minimal", "low", "medium", "high", "xhigh" -> true;
            default ->
                throw body.invalid(
                        "reasoning_effort", "'reasoning_effort' must be none, minimal, low, medium, high or xhigh");
        };
    }
}
