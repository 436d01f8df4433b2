package io.inference.routes.flow;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Ends an exchange with the reason code in the header {@code InferenceErrorCode}, in the words of the header
 * {@code InferenceErrorMessage} where a route has some for the caller; an exception itself is for the log alone.
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
