package io.inference.security;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Refuses an exchange without a caller, and names the caller in the call's log line. The caller is that of the
 * {@link CallerAuthentication} in the exchange property {@value Caller#PROPERTY}; no header, query or form field can
 * set it.
 */
public class JwtCheckProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        if (caller == null) {
            throw new InferenceException(ErrorCode.UNAUTHENTICATED, "the request has no caller");
        }
        exchange.getProperty(Call.PROPERTY, Call.class).setCaller(caller.subject());
    }
}
