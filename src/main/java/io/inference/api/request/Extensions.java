package io.inference.api.request;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Fields that are not modelled and that change an answer: of OpenAI's API, and of servers that are compatible. */
final class Extensions {
    private static final String PARALLEL_CALLS = "parallel_tool_calls";

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
                    "input",
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

    private Extensions() {}

    static Set<String> names() {
        return CHANGE_ANSWERS.keySet();
    }

    static boolean isNothing(String json) {
        return NOTHING.contains(json);
    }

    /** Whether a field of a request asks for something. */
    static boolean asks(String name, String json, InferenceRequest request) {
        if (request instanceof ChatRequest chat) {
            if (name.equals(PARALLEL_CALLS)) {
                return json.equals("false") && !chat.tools().isEmpty();
            }
            if (name.equals(Unsupported.RESPONSE_FORMAT) && chat.responseFormat() != null) {
                return false;
            }
            // What is said about reasoning alone is mapped.
            boolean mapped = name.equals(Thinking.TEMPLATE_FIELD) || name.equals(Thinking.FLAG_FIELD);
            if (mapped && Thinking.ofTemplate(chat) != null) {
                return false;
            }
        }
        if (name.equals(EmbedRequest.INPUT) && !(request instanceof EmbedRequest)) {
            return false;
        }
        boolean says = name.equals("web_search_options") || !NOTHING.contains(json);
        return says && !CHANGE_ANSWERS.getOrDefault(name, Set.of()).contains(json);
    }
}
