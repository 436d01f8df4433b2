package io.inference.security;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Refuses credentials whose scopes do not include the operation. The exchange property {@value #REQUIRED} names the
 * operation or, without it, the header {@value #OPERATION}. If neither does, a credential that is restricted to some
 * operations is refused.
 */
public class ScopeCheckProcessor implements Processor {
    static final String REQUIRED = "InferenceRequiredScope";
    private static final String OPERATION = "InferenceOperation";

    @Override
    public void process(Exchange exchange) {
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        String required = exchange.getProperty(REQUIRED, String.class);
        if (required == null) {
            required = exchange.getMessage().getHeader(OPERATION, "", String.class);
        }
        String refusal = refusal(caller, required);
        if (refusal != null) {
            throw new InferenceException(ErrorCode.FORBIDDEN, refusal);
        }
    }

    /** Why a caller's credential does not suffice for a scope; null if it does. */
    static @Nullable String refusal(@Nullable Caller caller, String scope) {
        return caller != null && caller.mayDo(scope)
                ? null
                : "the credential was not made for this" + (scope.isEmpty() ? "" : ": " + scope);
    }
}
