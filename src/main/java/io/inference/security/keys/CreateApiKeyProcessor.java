package io.inference.security.keys;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.security.AuditLog;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Makes the key that the body, a {@link NewApiKey}, describes, and sets the body to the {@link MadeApiKey}. */
class CreateApiKeyProcessor implements Processor {
    private final ApiKeys keys;
    private final AuditLog audit;

    public CreateApiKeyProcessor(ApiKeys keys, AuditLog audit) {
        this.keys = keys;
        this.audit = audit;
    }

    @Override
    public void process(Exchange exchange) {
        if (!(exchange.getMessage().getBody() instanceof NewApiKey wanted)) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route makes an API key but read none");
        }
        Caller admin = exchange.getProperty(Caller.PROPERTY, Caller.class);
        if (admin == null) {
            throw new InferenceException(ErrorCode.UNAUTHENTICATED, "the request has no caller");
        }
        MadeApiKey made = keys.make(wanted, admin);
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        audit.did(
                call.id(),
                call.caller(),
                "made the API key " + made.key().id() + " for " + made.key().owner());
        exchange.getMessage().setBody(made);
    }
}
