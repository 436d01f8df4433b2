package io.inference.routes.flow;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Ends an exchange with the reason code in the header {@code InferenceErrorCode}, with the message of the header
 * {@code InferenceErrorMessage} if a route has set one for the caller; the exception itself goes only to the log.
 */
public class ReasonCodeProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        String reason = exchange.getMessage().getHeader("InferenceErrorCode", String.class);
        ErrorCode code = ErrorCode.valueOf(reason.toUpperCase(Locale.ROOT));
        Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        String message = exchange.getMessage()
                .getHeader("InferenceErrorMessage", "a step of the route failed: " + code.reason(), String.class);
        exchange.setProperty(InferenceException.PROPERTY, new InferenceException(code, message, cause));
    }
}
