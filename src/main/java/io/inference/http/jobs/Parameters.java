package io.inference.http.jobs;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.call.Operation;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** Reads parameters of an exchange, for the steps for jobs, files and batches. */
public final class Parameters {
    private static final int STANDARD = 20;
    private static final int MOST = 100;

    private Parameters() {}

    /**
     * The path variable {@code id}.
     *
     * @throws InferenceException with {@code NOT_FOUND} if it cannot be an id
     */
    static UUID pathId(Message message, String what) {
        try {
            return UUID.fromString(message.getHeader("id", "", String.class));
        } catch (IllegalArgumentException e) {
            throw InferenceException.noSuch(what);
        }
    }

    /** Null if there is none. */
    static @Nullable UUID id(Message message, String name) {
        String text = message.getHeader(name, String.class);
        try {
            return text == null ? null : UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw InferenceException.invalid(name, "'" + name + "' must be an id");
        }
    }

    public static int limit(Message message) {
        String text = message.getHeader("limit", String.class);
        if (text == null) {
            return STANDARD;
        }
        int limit = text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MOST) {
            throw InferenceException.invalid("limit", "'limit' must be an integer between 1 and " + MOST);
        }
        return limit;
    }

    /** The caller; records the operation in the call. */
    public static Caller caller(Exchange exchange) {
        exchange.getProperty(Call.PROPERTY, Call.class).setOperation(Operation.JOBS);
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        if (caller == null) {
            throw new InferenceException(ErrorCode.UNAUTHENTICATED, "the request has no caller");
        }
        return caller;
    }

    /** The failure of a route whose steps do not fit together. */
    public static InferenceException nothing(String what) {
        return new InferenceException(ErrorCode.INTERNAL, "a step of the route found no " + what);
    }

    static boolean flag(Message message, String name) {
        return "true".equals(message.getHeader(name, String.class));
    }
}
