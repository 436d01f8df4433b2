package io.inference.api.request;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageOptions;
import io.inference.api.message.ContentPart;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolChoice;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for that a backend cannot honour. What a backend lacks is a set of names: of fields of OpenAI's
 * API or of an extension of it, such as {@code logit_bias} or {@code seed}, or of a feature:
 *
 * <ul>
 *   <li>{@value #TOOLS}, {@value #FORCED_TOOLS} ({@code tool_choice} that forces a call), {@value #STRICT_TOOLS},
 *       {@value #OTHER_TOOLS} (tools that are no functions),
 *   <li>{@value #JSON_OBJECT}, {@value #JSON_SCHEMA}: formats of an answer,
 *   <li>{@value #IMAGES}, {@value #REMOTE_IMAGES} (pictures by URL), {@value #CONTENT_PARTS} (parts of a message that
 *       are neither text nor pictures),
 *   <li>{@value #CHAT}, {@value #COMPLETIONS}, {@value #EMBEDDINGS}: operations, and {@value #STREAMING},
 *   <li>{@value #THINK}: reasoning that the caller asked for,
 *   <li>{@value #SYSTEM_MESSAGES}, which the user's first message then begins with, so that nothing is lost,
 *   <li>{@value #IMAGE_GENERATIONS}, {@value #IMAGE_EDITS}: operations of backends that make pictures, and
 *       {@value #MASK}.
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
    public static final String SYSTEM_MESSAGES = "system_messages";
    public static final String IMAGE_GENERATIONS = "image_generations";
    public static final String IMAGE_EDITS = "image_edits";
    public static final String MASK = "mask";

    /**
     * In the request itself: the caller allows what cannot be honoured to be dropped. For doors without headers, and
     * for jobs, which keep only their payload.
     */
    public static final String DROP_FIELD = "x_inference_drop_unsupported";

    /** The header, metadata or message header of the same meaning. */
    public static final String DROP_HEADER = "X-Inference-Drop-Unsupported";

    /** The header of an answer that names what was dropped. */
    public static final String DROPPED_HEADER = "X-Inference-Dropped";

    /** Fields of a message that belong to {@link #CONTENT_PARTS}. */
    static final List<String> MESSAGE_FIELDS = List.of("audio", "function_call");

    /** Without these nothing is left of a request. */
    private static final Set<String> NEEDED = Set.of("model", "stream", "input");

    static final String TOOL_CHOICE = "tool_choice";
    static final String RESPONSE_FORMAT = "response_format";

    private Unsupported() {}

    /** What a backend lacks that knows only what this service models, and some features beside. */
    public static Set<String> extensionsAnd(String... features) {
        Set<String> lacks = new HashSet<>(Extensions.names());
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
                checkOperation(chat, chat.stream(), lacks, params);
                checkChat(chat, lacks, params);
                checkOptions(chat.options(), lacks, params);
            }
            case GenerateRequest generate -> {
                checkOperation(generate, generate.stream(), lacks, params);
                checkOptions(generate.options(), lacks, params);
            }
            case SummarizeRequest summarize -> {}
            case ImageRequest image -> {
                checkOperation(image, false, lacks, params);
                add(params, lacks, MASK, image.mask() != null);
                checkOptions(image.options(), lacks, params);
            }
            case EmbedRequest embed -> {
                checkOperation(embed, false, lacks, params);
                add(params, lacks, "dimensions", embed.dimensions() != null);
            }
        }
        for (Map.Entry<String, String> field : request.extras().fields().entrySet()) {
            if (lacks.contains(field.getKey()) && Extensions.asks(field.getKey(), field.getValue(), request)) {
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
            return request;
        }
        if (!canDrop(params) || !call.dropsUnsupported()) {
            String param = params.stream().filter(NEEDED::contains).findFirst().orElse(params.getFirst());
            throw InferenceException.unsupported(
                    param, "the " + backend + " backend does not support " + described(param));
        }
        call.addDropped(params);
        return (R) without(request, lacks);
    }

    /** What the caller asked for by a parameter that has other uses too. */
    private static String described(String param) {
        return switch (param) {
            case "model" -> "this operation with 'model'";
            case "messages" -> "pictures in 'messages'";
            case "image_url" -> "pictures by URL, 'image_url'";
            default -> "'" + param + "'";
        };
    }

    /**
     * Sends a request, and again without what the server refuses as unsupported, as long as the call allows that.
     *
     * @throws InferenceException a refusal, with the parameter as the caller named it
     */
    @SuppressWarnings("unchecked") // Without its fields a request is of the same type.
    public static <R extends InferenceRequest, A> A send(R request, Call call, Function<R, A> server) {
        R sent = request;
        while (true) {
            try {
                return server.apply(sent);
            } catch (InferenceException e) {
                InferenceException refusal = named(e, sent);
                String param = refusal.param().orElse("");
                InferenceRequest less = refusal.code() == ErrorCode.UNSUPPORTED && call.dropsUnsupported()
                        ? without(sent, featuresOf(e.param().orElse("")))
                        : sent;
                if (less.equals(sent)) {
                    throw refusal;
                }
                call.addDropped(List.of(param));
                sent = (R) less;
            }
        }
    }

    /** Reasoning has several fields, of which a backend knows one. */
    private static InferenceException named(InferenceException refusal, InferenceRequest request) {
        boolean thinking = refusal.code() == ErrorCode.UNSUPPORTED
                && refusal.param().orElse("").equals(THINK);
        return thinking && request instanceof ChatRequest chat
                ? InferenceException.unsupported(Thinking.field(chat), String.valueOf(refusal.getMessage()))
                : refusal;
    }

    private static Set<String> featuresOf(String param) {
        return switch (param) {
            case "messages" -> Set.of(IMAGES, CONTENT_PARTS);
            case RESPONSE_FORMAT -> Set.of(JSON_OBJECT, JSON_SCHEMA, RESPONSE_FORMAT);
            case TOOL_CHOICE -> Set.of(FORCED_TOOLS, TOOL_CHOICE);
            case THINK -> Set.of(THINK, Thinking.TEMPLATE_FIELD, Thinking.FLAG_FIELD);
            default -> Set.of(param);
        };
    }

    /** The request without what a backend lacks. */
    public static InferenceRequest without(InferenceRequest request, Set<String> lacks) {
        return new Reduction(lacks).of(request);
    }

    /** The name of the operation that a request needs, as backends lack it. */
    public static String operation(InferenceRequest request) {
        return switch (request) {
            case ChatRequest chat -> CHAT;
            case GenerateRequest generate -> COMPLETIONS;
            case EmbedRequest embed -> EMBEDDINGS;
            case SummarizeRequest summarize -> CHAT;
            case ImageRequest image -> image.isEdit() ? IMAGE_EDITS : IMAGE_GENERATIONS;
        };
    }

    /** Whether something is left of a request without these parameters. */
    public static boolean canDrop(List<String> params) {
        return params.stream().noneMatch(NEEDED::contains);
    }

    private static void checkOperation(
            InferenceRequest request, boolean stream, Set<String> lacks, Collection<String> params) {
        if (lacks.contains(operation(request))) {
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
        for (String name : MESSAGE_FIELDS) {
            String json = message.extras().json(name);
            if (json != null && !Extensions.isNothing(json)) {
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

    /** Values that every backend follows ask for nothing. */
    private static void checkOptions(ImageOptions options, Set<String> lacks, Collection<String> params) {
        add(params, lacks, "n", options.count() > 1);
        add(params, lacks, "size", options.size() != null);
        add(params, lacks, "quality", asks(options.quality()));
        add(params, lacks, "background", asks(options.background()) && !"opaque".equals(options.background()));
        add(params, lacks, "output_format", options.format() != null);
        add(params, lacks, "output_compression", options.compression() != null);
        add(params, lacks, "moderation", asks(options.moderation()));
        add(params, lacks, "input_fidelity", asks(options.inputFidelity()) && !"low".equals(options.inputFidelity()));
        add(params, lacks, "partial_images", options.partialImages() > 0);
    }

    private static boolean asks(@Nullable String value) {
        return value != null && !value.equals("auto");
    }

    private static void add(Collection<String> params, Set<String> lacks, String name, boolean asks) {
        if (asks && lacks.contains(name)) {
            params.add(name);
        }
    }

    private static boolean thinks(@Nullable Thinking thinking) {
        return thinking != null && thinking != Thinking.OFF;
    }

    static boolean isForced(@Nullable ToolChoice choice) {
        return choice != null
                && (choice.mode() == ToolChoice.Mode.REQUIRED || choice.mode() == ToolChoice.Mode.FUNCTION);
    }

    static boolean lacksFormat(@Nullable ResponseFormat format, Set<String> lacks) {
        return switch (format) {
            case null -> false;
            case ResponseFormat.JsonObject object -> lacks.contains(JSON_OBJECT);
            case ResponseFormat.JsonSchema schema -> lacks.contains(JSON_SCHEMA);
        };
    }

    static boolean isRemote(Image image) {
        return image instanceof Image.Remote;
    }
}
