package io.inference.api.request;

import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.message.ContentPart;
import io.inference.api.message.Extras;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for that a backend cannot honour. What a backend lacks is a set of names: of fields of OpenAI's
 * API or of an extension of it, such as {@code logit_bias} or {@code seed}, or of a feature:
 *
 * <ul>
 *   <li>{@value #TOOLS}, {@value #FORCED_TOOLS} ({@code tool_choice} that forces a call), {@value #STRICT_TOOLS},
 *       {@value #OTHER_TOOLS} (tools that are no functions),
 *   <li>{@value #JSON_OBJECT}, {@value #JSON_SCHEMA}: formats of an answer,
 *   <li>{@value #IMAGES}, {@value #REMOTE_IMAGES} (pictures by URL), {@value #CONTENT_PARTS} (parts of a message that are neither text nor pictures),
 *   <li>{@value #CHAT}, {@value #COMPLETIONS}, {@value #EMBEDDINGS}: operations, and {@value #STREAMING},
 *   <li>{@value #THINK}: reasoning that the caller asked for.
 * </ul>
 */
public final class Unsupported {
    public static final String TOOLS = "tools";
    public static final String FORCED_TOOLS = "forced_tools";
    public static final String STRICT_TOOLS = "strict_tools";
    public static final String OTHER_TOOLS = "other_tools";
    public static final String JSON_OBJECT = "json_object";
    public static final String JSON_SCHEMA = "json_schema";
    public static final String IMAGES = "images";
    public static final String REMOTE_IMAGES = "remote_images";
    public static final String CONTENT_PARTS = "content_parts";
    public static final String CHAT = "chat";
    public static final String COMPLETIONS = "completions";
    public static final String EMBEDDINGS = "embeddings";
    public static final String STREAMING = "streaming";
    public static final String THINK = "think";

    /**
     * In the request itself: the caller allows what cannot be honoured to be dropped. For doors without headers, and
     * for jobs, which keep only their payload.
     */
    public static final String DROP_FIELD = "x_inference_drop_unsupported";

    /** The header, metadata or message header of the same meaning. */
    public static final String DROP_HEADER = "X-Inference-Drop-Unsupported";

    /** The header of an answer that names what was dropped. */
    public static final String DROPPED_HEADER = "X-Inference-Dropped";

    private static final String PARALLEL_CALLS = "parallel_tool_calls";
    private static final String TOOL_CHOICE = "tool_choice";
    private static final String RESPONSE_FORMAT = "response_format";

    /** Values with which a field asks for nothing. */
    private static final Set<String> NOTHING = Set.of("null", "false", "0", "0.0", "\"\"", "[]", "{}");

    /** Fields that change an answer, with values that, in addition to {@link #NOTHING}, ask for nothing. */
    private static final Map<String, Set<String>> CHANGE_ANSWERS = Stream.of(
                    "add_generation_prompt=true",
                    "allowed_token_ids",
                    "audio",
                    "bad_words",
                    "best_of=1",
                    "chat_template",
                    "chat_template_kwargs",
                    "continue_final_message",
                    "documents",
                    "dry_multiplier",
                    "ebnf",
                    "enable_search",
                    "enable_thinking",
                    "function_call=\"none\" \"auto\"",
                    "functions",
                    "grammar",
                    "guided_choice",
                    "guided_grammar",
                    "guided_json",
                    "guided_regex",
                    "ignore_eos",
                    "include_stop_str_in_output",
                    "length_penalty=1 1.0",
                    "logit_bias",
                    "logits_processors",
                    "min_tokens",
                    "mirostat",
                    "modalities=[\"text\"]",
                    "parallel_tool_calls=true",
                    "plugins",
                    "prompt_logprobs",
                    "reasoning",
                    "regex",
                    "response_format",
                    "search_parameters",
                    "stop_token_ids",
                    "structured_outputs",
                    "suffix",
                    "tfs_z=1 1.0",
                    "thinking",
                    "thinking_budget",
                    "tool_choice",
                    "top_a",
                    "truncate_prompt_tokens",
                    "typical_p=1 1.0",
                    "use_beam_search",
                    "verbosity=\"medium\"",
                    "web_search_options",
                    "xtc_probability")
            .map(entry -> entry.split("=", 2))
            .collect(Collectors.toUnmodifiableMap(
                    entry -> entry[0],
                    entry -> entry.length == 1 ? Set.of() : Set.copyOf(Arrays.asList(entry[1].split(" ")))));

    private Unsupported() {}

    /** What a backend lacks that knows only what this service models, and some features beside. */
    public static Set<String> extensionsAnd(String... features) {
        Set<String> lacks = new HashSet<>(CHANGE_ANSWERS.keySet());
        lacks.add(CONTENT_PARTS);
        lacks.add(OTHER_TOOLS);
        lacks.addAll(List.of(features));
        return Set.copyOf(lacks);
    }

    /**
     * The parameters with which a request asks for what a backend lacks, as its caller would name them; empty if there
     * are none.
     */
    public static List<String> check(InferenceRequest request, Set<String> lacks) {
        if (lacks.isEmpty()) {
            return List.of();
        }
        Set<String> params = new LinkedHashSet<>();
        switch (request) {
            case ChatRequest chat -> {
                checkOperation(CHAT, chat.stream(), lacks, params);
                checkChat(chat, lacks, params);
                checkOptions(chat.options(), lacks, params);
            }
            case GenerateRequest generate -> {
                checkOperation(COMPLETIONS, generate.stream(), lacks, params);
                checkOptions(generate.options(), lacks, params);
            }
            case EmbedRequest embed -> {
                checkOperation(EMBEDDINGS, false, lacks, params);
                add(params, lacks, "dimensions", embed.dimensions() != null);
            }
        }
        for (Map.Entry<String, String> field : request.extras().fields().entrySet()) {
            if (lacks.contains(field.getKey()) && asks(field.getKey(), field.getValue(), request)) {
                params.add(field.getKey());
            }
        }
        return params.isEmpty() ? List.of() : List.copyOf(params);
    }

    /**
     * The request, if a backend can honour all of it, or without what it lacks, if the call allows that. The call then
     * knows what was dropped.
     *
     * @param backend its name, for the message
     * @throws InferenceException {@code UNSUPPORTED}, with the first parameter that cannot be honoured
     */
    @SuppressWarnings("unchecked") // Without its fields a request is of the same type.
    public static <R extends InferenceRequest> R honour(R request, Set<String> lacks, String backend, Call call) {
        List<String> params = check(request, lacks);
        if (params.isEmpty()) {
            if (!call.dropped().isEmpty()) {
                call.setDropped(params);
            }
            return request;
        }
        boolean cannotDrop = params.contains("model") || params.contains("stream");
        if (cannotDrop || !call.dropsUnsupported()) {
            String param = params.getFirst();
            throw InferenceException.unsupported(param, "the " + backend + " backend does not support '" + param + "'");
        }
        call.setDropped(params);
        return (R) without(request, lacks);
    }

    /** The request without what a backend lacks. */
    public static InferenceRequest without(InferenceRequest request, Set<String> lacks) {
        Extras extras = request.extras().without(lacks::contains);
        return switch (request) {
            case ChatRequest chat -> {
                boolean tools = !lacks.contains(TOOLS);
                boolean formatted = !lacksFormat(chat.responseFormat(), lacks);
                boolean thinks = !lacks.contains(THINK);
                yield new ChatRequest(
                        chat.model(),
                        messages(chat.messages(), lacks),
                        chat.options().without(lacks),
                        tools ? tools(chat.tools(), lacks) : List.of(),
                        tools ? choice(chat.toolChoice(), lacks) : null,
                        formatted ? chat.responseFormat() : null,
                        thinks ? chat.think() : null,
                        chat.stream(),
                        thinks && !lacks.contains("reasoning_effort") ? chat.reasoningEffort() : null,
                        extras.without(name ->
                                name.equals(TOOL_CHOICE) && !tools || name.equals(RESPONSE_FORMAT) && !formatted));
            }
            case GenerateRequest generate ->
                new GenerateRequest(
                        generate.model(),
                        generate.prompts(),
                        generate.options().without(lacks),
                        generate.stream(),
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

    private static void checkOperation(String name, boolean stream, Set<String> lacks, Collection<String> params) {
        if (lacks.contains(name)) {
            params.add("model");
        }
        if (stream && lacks.contains(STREAMING)) {
            params.add("stream");
        }
    }

    private static void checkChat(ChatRequest chat, Set<String> lacks, Collection<String> params) {
        checkTools(chat, lacks, params);
        if (lacksFormat(chat.responseFormat(), lacks)) {
            params.add(RESPONSE_FORMAT);
        }
        add(params, lacks, "reasoning_effort", chat.reasoningEffort() != null);
        if (lacks.contains(THINK) && thinks(Thinking.of(chat))) {
            params.add(Thinking.field(chat));
        }
        for (int i = 0; i < chat.messages().size(); i++) {
            Message message = chat.messages().get(i);
            if (lacks.contains(IMAGES) && !message.images().isEmpty()) {
                params.add("messages");
            }
            if (lacks.contains(REMOTE_IMAGES) && message.images().stream().anyMatch(Unsupported::isRemote)) {
                params.add("image_url");
            }
            if (lacks.contains(CONTENT_PARTS)) {
                checkParts(message, "messages[" + i + "].", params);
            }
        }
    }

    private static void checkTools(ChatRequest chat, Set<String> lacks, Collection<String> params) {
        List<Tool> tools = chat.tools();
        add(params, lacks, TOOLS, !tools.isEmpty());
        for (int i = 0; i < tools.size(); i++) {
            if (lacks.contains(OTHER_TOOLS) && !tools.get(i).function()) {
                params.add("tools[" + i + "].type");
            }
        }
        if (lacks.contains(STRICT_TOOLS) && tools.stream().anyMatch(tool -> Boolean.TRUE.equals(tool.strict()))) {
            params.add(TOOLS);
        }
        if (lacks.contains(FORCED_TOOLS) && isForced(chat.toolChoice())) {
            params.add(TOOL_CHOICE);
        }
    }

    private static void checkParts(Message message, String path, Collection<String> params) {
        for (int i = 0; i < message.parts().size(); i++) {
            if (message.parts().get(i) instanceof ContentPart.Other) {
                params.add(path + "content[" + i + "].type");
            }
        }
        for (String name : List.of("audio", "function_call")) {
            String json = message.extras().json(name);
            if (json != null && !NOTHING.contains(json)) {
                params.add(path + name);
            }
        }
    }

    private static void checkOptions(Options options, Set<String> lacks, Collection<String> params) {
        add(params, lacks, "temperature", options.temperature() != null);
        add(params, lacks, "top_p", options.topP() != null);
        add(params, lacks, "top_k", options.topK() != null);
        add(params, lacks, "min_p", options.minP() != null);
        add(params, lacks, Options.REPEAT_PENALTY, options.repeatPenalty() != null);
        add(params, lacks, Options.REPETITION_PENALTY, options.repeatPenalty() != null);
        add(params, lacks, "presence_penalty", options.presencePenalty() != null);
        add(params, lacks, "frequency_penalty", options.frequencyPenalty() != null);
        add(params, lacks, "seed", options.seed() != null);
        add(params, lacks, "num_ctx", options.contextLength() != null);
        add(params, lacks, "logprobs", options.topLogprobs() != null);
        add(params, lacks, "n", options.choices() > 1);
        add(params, lacks, "stop", !options.stop().isEmpty());
    }

    private static void add(Collection<String> params, Set<String> lacks, String name, boolean asks) {
        if (asks && lacks.contains(name)) {
            params.add(name);
        }
    }

    private static boolean asks(String name, String json, InferenceRequest request) {
        if (request instanceof ChatRequest chat) {
            if (name.equals(PARALLEL_CALLS)) {
                return json.equals("false") && !chat.tools().isEmpty();
            }
            if (name.equals(RESPONSE_FORMAT) && chat.responseFormat() != null) {
                return false;
            }
            // What is said about reasoning alone is mapped.
            boolean mapped = name.equals(Thinking.TEMPLATE_FIELD) || name.equals(Thinking.FLAG_FIELD);
            if (mapped && Thinking.ofTemplate(chat) != null) {
                return false;
            }
        }
        boolean says = name.equals("web_search_options") || !NOTHING.contains(json);
        return says && !CHANGE_ANSWERS.getOrDefault(name, Set.of()).contains(json);
    }

    private static boolean thinks(@Nullable Thinking thinking) {
        return thinking != null && thinking != Thinking.OFF;
    }

    private static boolean isForced(@Nullable ToolChoice choice) {
        return choice != null
                && (choice.mode() == ToolChoice.Mode.REQUIRED || choice.mode() == ToolChoice.Mode.FUNCTION);
    }

    private static boolean lacksFormat(@Nullable ResponseFormat format, Set<String> lacks) {
        return switch (format) {
            case null -> false;
            case ResponseFormat.JsonObject object -> lacks.contains(JSON_OBJECT);
            case ResponseFormat.JsonSchema schema -> lacks.contains(JSON_SCHEMA);
        };
    }

    private static List<Tool> tools(List<Tool> tools, Set<String> lacks) {
        boolean strict = !lacks.contains(STRICT_TOOLS);
        return tools.stream()
                .filter(tool -> tool.function() || !lacks.contains(OTHER_TOOLS))
                .map(tool -> strict || tool.strict() == null ? tool : tool.notStrict())
                .toList();
    }

    private static @Nullable ToolChoice choice(@Nullable ToolChoice choice, Set<String> lacks) {
        return lacks.contains(FORCED_TOOLS) && isForced(choice) ? null : choice;
    }

    private static boolean isRemote(Image image) {
        return image instanceof Image.Remote;
    }

    private static List<Message> messages(List<Message> messages, Set<String> lacks) {
        boolean all = Stream.of(IMAGES, REMOTE_IMAGES, CONTENT_PARTS).noneMatch(lacks::contains);
        return all
                ? messages
                : messages.stream().map(message -> message(message, lacks)).toList();
    }

    private static Message message(Message message, Set<String> lacks) {
        Predicate<Image> stays =
                image -> !lacks.contains(IMAGES) && !(lacks.contains(REMOTE_IMAGES) && isRemote(image));
        List<ContentPart> parts = message.parts().stream()
                .filter(part -> switch (part) {
                    case ContentPart.Text text -> true;
                    case ContentPart.Picture picture -> stays.test(picture.image());
                    case ContentPart.Other other -> !lacks.contains(CONTENT_PARTS);
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
                message.extras());
    }
}
