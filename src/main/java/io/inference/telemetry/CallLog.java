package io.inference.telemetry;

import io.inference.api.call.Call;
import io.inference.api.call.CallListener;
import io.inference.api.call.Usage;
import io.inference.api.error.InferenceException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one line for each call, without prompt and answer. */
class CallLog implements CallListener {
    private static final Logger log = LoggerFactory.getLogger("io.inference.calls");
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int MAX_MODEL_CHARS = 200;
    /** Control characters, invisible formatting, and separators of words or lines. */
    private static final Pattern UNSAFE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Z}]");

    private final boolean json;

    /** @param json whether the log format keeps keys and values apart from the message */
    public CallLog(boolean json) {
        this.json = json;
    }

    @Override
    public void started(Call call) {}

    @Override
    public void ended(Call call, @Nullable InferenceException failure) {
        String outcome = failure == null ? "ok" : failure.code().reason();
        long firstTokenMillis = Math.round(call.timeToFirstTokenNanos() / NANOS_PER_MILLI);
        long totalMillis = Math.round((System.nanoTime() - call.startNanos()) / NANOS_PER_MILLI);
        Usage usage = call.usage();
        String dropped = clean(String.join(",", call.dropped()));
        if (json) {
            var line = log.atInfo()
                    .addKeyValue("request_id", call.id())
                    .addKeyValue("door", call.door())
                    .addKeyValue("caller", call.caller())
                    .addKeyValue("operation", call.operation().label())
                    .addKeyValue("model", clean(call.model()))
                    .addKeyValue("backend", call.backend())
                    .addKeyValue("prompt_tokens", usage.promptTokens())
                    .addKeyValue("completion_tokens", usage.completionTokens())
                    .addKeyValue("first_token_ms", firstTokenMillis)
                    .addKeyValue("total_ms", totalMillis)
                    .addKeyValue("outcome", outcome);
            (dropped.isEmpty() ? line : line.addKeyValue("dropped", dropped)).log("call");
        } else {
            log.info(
                    "{} {} caller={} {} model={} backend={} tokens={}+{} first={}ms total={}ms {}{}",
                    call.id(),
                    call.door(),
                    clean(call.caller()),
                    call.operation().label(),
                    clean(call.model()),
                    call.backend(),
                    usage.promptTokens(),
                    usage.completionTokens(),
                    firstTokenMillis,
                    totalMillis,
                    outcome,
                    dropped.isEmpty() ? "" : " dropped=" + dropped);
        }
    }

    /**
     * A model's name comes from the caller, and a caller's name from its issuer: neither may start a line, imitate a
     * field, or fill the log.
     */
    static String clean(String text) {
        String shown = text.length() <= MAX_MODEL_CHARS ? text : text.substring(0, MAX_MODEL_CHARS) + "…";
        for (int i = 0; i < shown.length(); i++) {
            char c = shown.charAt(i);
            if (c <= ' ' || c >= 0x7F) {
                return UNSAFE.matcher(shown).replaceAll("?");
            }
        }
        return shown;
    }
}
