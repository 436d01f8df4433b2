package io.inference.security.keys;

import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.security.AuditLog;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** Sets the body to an {@link ApiKeyPage}; the query parameters {@code limit} and {@code after} select the page. */
class ListApiKeysProcessor implements Processor {
    private static final int STANDARD = 50;
    private static final int MOST = 500;

    private final ApiKeys keys;
    private final AuditLog audit;

    public ListApiKeysProcessor(ApiKeys keys, AuditLog audit) {
        this.keys = keys;
        this.audit = audit;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        String after = message.getHeader("after", String.class);
        message.setBody(keys.list(after == null ? null : KeyIds.parse("after", after), limit(message)));
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        audit.did(call.id(), call.caller(), "listed the API keys");
    }

    private static int limit(Message message) {
        @Nullable String text = message.getHeader("limit", String.class);
        if (text == null) {
            return STANDARD;
        }
        boolean number = text.matches("\\d{1,4}");
        int limit = number ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MOST) {
            throw InferenceException.invalid("limit", "'limit' must be an integer between 1 and " + MOST);
        }
        return limit;
    }
}
