package io.inference.http.openai.request;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.api.message.Message;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolChoice;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.api.request.ResponseFormat;
import io.inference.http.format.ConversationReader;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import io.inference.http.openai.answer.ChatAnswerWriter;
import io.inference.routes.door.ConversationFields;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the body of {@code POST /v1/chat/completions}. Fields that are not modelled are kept for the backend. */
public final class ChatRequestReader {
    private static final String STREAM_OPTIONS = "stream_options";
    private static final String TOOL_CHOICE = "tool_choice";
    private static final String RESPONSE_FORMAT = "response_format";

    private static final Set<String> KNOWN = known(
            "messages",
            "logprobs",
            "top_logprobs",
            "tools",
            TOOL_CHOICE,
            RESPONSE_FORMAT,
            "reasoning_effort",
            "conversation_id",
            "parent_message_id");

    private ChatRequestReader() {}

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<ChatAnswer> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        String model = body.requiredText("model");
        ConversationFields conversation = ConversationReader.read(body);
        List<Message> messages = MessageReader.read(body, conversation.followsMessage());
        Options options = OptionsReader.read(body, OptionsReader.chatLogprobs(body));
        List<Tool> tools = ToolReader.tools(body);
        body.flag("parallel_tool_calls");
        boolean stream = body.flag("stream", false);
        ToolChoice choice = ToolReader.toolChoice(body, tools);
        ResponseFormat format = ToolReader.responseFormat(body);
        var request = new ChatRequest(
                model, messages, options, tools, choice, format, null, stream, effort(body), extras(body, choice));
        return WireRequest.of(request, ChatAnswer.class, new ChatAnswerWriter(stream, includeUsage(body)))
                .in(conversation);
    }

    static boolean includeUsage(JsonFields body) {
        JsonFields options = body.object(STREAM_OPTIONS);
        return options != null && options.flag("include_usage", false);
    }

    /** Names of a request's own fields, and of those that every request for text has. */
    static Set<String> known(String... own) {
        Set<String> names = new HashSet<>(OptionsReader.NAMES);
        names.addAll(Set.of("model", "stream", STREAM_OPTIONS));
        names.addAll(List.of(own));
        return Set.copyOf(names);
    }

    /** The fields that are not known, and the unknown ones of {@code stream_options}. */
    static Map<String, String> others(JsonFields body, Set<String> known) {
        Map<String, String> others = body.except(known);
        JsonFields options = body.object(STREAM_OPTIONS);
        String unknown = options == null ? null : JsonFields.objectOf(options.except(Set.of("include_usage")));
        return unknown == null ? others : with(others, STREAM_OPTIONS, unknown);
    }

    private static Extras extras(JsonFields body, @Nullable ToolChoice choice) {
        Map<String, String> others = others(body, KNOWN);
        if (choice == null) {
            others = with(others, TOOL_CHOICE, body.json(TOOL_CHOICE));
        }
        if (ToolReader.saysMore(body)) {
            others = with(others, RESPONSE_FORMAT, body.json(RESPONSE_FORMAT));
        }
        return Extras.openAi(others);
    }

    private static Map<String, String> with(Map<String, String> fields, String name, @Nullable String json) {
        if (json == null) {
            return fields;
        }
        Map<String, String> more = new LinkedHashMap<>(fields);
        more.put(name, json);
        return more;
    }

    private static @Nullable String effort(JsonFields body) {
        String effort = body.text("reasoning_effort");
        return effort == null || effort.isEmpty() ? null : effort;
    }
}
