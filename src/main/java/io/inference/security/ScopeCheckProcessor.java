package io.inference.security;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Refuses credentials whose scopes do not include the operation. The exchange property {@link Caller#REQUIRED_SCOPE}
 * names the operation or, without it, the header {@value #OPERATION}. If neither does, a credential that is restricted
 * to some operations is refused.
 */
public class ScopeCheckProcessor implements Processor {
    private static final String OPERATION = "InferenceOperation";

    @Override
    public void process(Exchange exchange) {
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        String required = exchange.getProperty(Caller.REQUIRED_SCOPE, String.class);
        if (required == null) {
            required = exchange.getMessage().getHeader(OPERATION, "", String.class);
        }
        if (caller == null || !caller.mayDo(required)) {
            throw new InferenceException(ErrorCode.FORBIDDEN, refusal(required));
        }
    }

    /** @param scope that the credential lacks; empty if no scope suffices */
    static String refusal(String scope) {
        return "the credential was not made for this" + (scope.isEmpty() ? "" : ": " + scope);
    }
}
