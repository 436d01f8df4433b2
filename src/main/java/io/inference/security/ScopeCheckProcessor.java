package io.inference.security;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Refuses credentials that were made for other operations than the one that the exchange property {@value #REQUIRED} names or, without
 * it, the header {@value #OPERATION}. Where neither does, a credential that is restricted to some operations is refused.
 */
public class ScopeCheckProcessor implements Processor {
    public static final String REQUIRED = "InferenceRequiredScope";
    private static final String OPERATION = "InferenceOperation";

    @Override
    public void process(Exchange exchange) {
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        String required = exchange.getProperty(REQUIRED, String.class);
        if (required == null) {
            required = exchange.getMessage().getHeader(OPERATION, "", String.class);
        }
        if (caller == null || !caller.mayDo(required)) {
            throw new InferenceException(
                    ErrorCode.FORBIDDEN,
                    "the credential was not made for this" + (required.isEmpty() ? "" : ": " + required));
        }
    }
}
