package io.inference.security.keys;

import io.inference.api.call.Call;
import io.inference.security.AuditLog;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Revokes the key that the path variable {@code id} names and sets the body to its {@link ApiKey}. */
class RevokeApiKeyProcessor implements Processor {
    private final ApiKeys keys;
    private final AuditLog audit;

    public RevokeApiKeyProcessor(ApiKeys keys, AuditLog audit) {
        this.keys = keys;
        this.audit = audit;
    }

    @Override
    public void process(Exchange exchange) {
        String id = exchange.getMessage().getHeader("id", "", String.class);
        ApiKey revoked = keys.revoke(KeyIds.parse("id", id));
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        audit.did(call.id(), call.caller(), "revoked the API key " + revoked.id() + " of " + revoked.owner());
        exchange.getMessage().setBody(revoked);
    }
}
