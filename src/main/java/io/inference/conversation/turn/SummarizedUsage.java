package io.inference.conversation.turn;

import io.inference.api.call.Usage;
import io.inference.api.message.Extras;
import java.util.LinkedHashMap;
import java.util.Map;

/** A usage that says how many messages of the conversation the prompt had as summaries. */
final class SummarizedUsage {
    private SummarizedUsage() {}

    /** The usage with {@code summarized_messages} among the details of the prompt. */
    static Usage of(Usage usage, int summarized) {
        Extras extras = usage.extras().of(Extras.Format.OPENAI);
        String others = extras.json(Usage.PROMPT_DETAILS);
        String ours = "{\"summarized_messages\":" + summarized;
        Map<String, String> fields = new LinkedHashMap<>(extras.fields());
        fields.put(
                Usage.PROMPT_DETAILS,
                others == null || others.equals("{}") ? ours + "}" : ours + "," + others.substring(1));
        return new Usage(
                usage.promptTokens(),
                usage.completionTokens(),
                usage.cachedTokens(),
                usage.reasoningTokens(),
                Extras.openAi(fields));
    }
}
