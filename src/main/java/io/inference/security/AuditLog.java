package io.inference.security;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one line for every refusal and every act of an admin, with the logger {@code io.inference.audit}. */
public final class AuditLog {
    private static final Logger log = LoggerFactory.getLogger("io.inference.audit");
    private static final int LONGEST = 200;

    private static final Set<ErrorCode> REFUSALS =
            EnumSet.of(ErrorCode.FORBIDDEN, ErrorCode.UNAUTHENTICATED, ErrorCode.RATE_LIMITED);

    /** The end of a call: one line if it was refused because of its caller rather than its content. */
    public void ended(Call call, String method, String path, @Nullable InferenceException failure) {
        if (failure != null && REFUSALS.contains(failure.code())) {
            String reason = failure.getMessage() == null ? "" : failure.getMessage();
            refused(call.id(), call.caller(), method, path, failure.code().reason(), reason);
        }
    }

    /** @param reason for the operator; the caller receives a shorter one */
    public void refused(String requestId, String caller, String method, String path, String code, String reason) {
        log.warn(
                "refused {} caller=\"{}\" request=\"{} {}\" code={} reason=\"{}\"",
                requestId,
                shown(caller),
                shown(method),
                shown(path),
                code,
                shown(reason));
    }

    /** @param act what was done or looked at, in a few words */
    public void did(String requestId, String caller, String act) {
        log.info("allowed {} caller=\"{}\" act=\"{}\"", requestId, shown(caller), shown(act));
    }

    /** @param what state since start-up that would be a risk elsewhere, such as disabled authentication */
    public void warn(String what) {
        log.warn("{}", shown(what));
    }

    /**
     * Callers write some of the logged text: it stays on its line, within its quotes, and short; two different texts
     * look alike only if their ends were cut.
     */
    static String shown(String text) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), LONGEST) + 1);
        for (int i = 0; i < text.length() && i < LONGEST; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                shown.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                shown.append("\\u%04x".formatted((int) c));
            } else {
                shown.append(c);
            }
        }
        return text.length() > LONGEST ? shown.append("...").toString() : shown.toString();
    }
}
