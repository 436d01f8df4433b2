package io.inference.http.ollama.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.message.FinishReason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The end of an answer: the reason, the number of tokens, and the duration of each phase. */
final class Timings {
    private Timings() {}

    /** Ollama has only two reasons; tool calls end an answer with the reason stop. */
    static String doneReason(@Nullable FinishReason reason) {
        return reason == FinishReason.LENGTH ? "length" : "stop";
    }

    /** Durations are in nanoseconds. Clients divide by that of the evaluation, so it is never zero. */
    static void write(JsonGenerator out, Call call, Usage usage) throws IOException {
        long total = Math.max(1, System.nanoTime() - call.startNanos());
        long untilFirstToken = Math.min(call.timeToFirstTokenNanos(), total);
        out.writeNumberField("total_duration", total);
        out.writeNumberField("load_duration", 0);
        out.writeNumberField("prompt_eval_count", usage.promptTokens());
        out.writeNumberField("prompt_eval_duration", untilFirstToken);
        out.writeNumberField("eval_count", usage.completionTokens());
        out.writeNumberField("eval_duration", Math.max(1, total - untilFirstToken));
    }
}
