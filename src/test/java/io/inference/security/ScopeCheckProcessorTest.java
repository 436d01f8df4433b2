package io.inference.security;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.call.Caller;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class ScopeCheckProcessorTest {
    private final ScopeCheckProcessor check = new ScopeCheckProcessor();

    @Test
    void theOperationOfTheRequestIsAskedFor() {
        assertThatCode(() -> check.process(exchange(null, "chat", "chat", "embed")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> check.process(exchange(null, "embed", "chat")))
                .hasMessage("the credential was not made for this: embed");
    }

    @Test
    void aRoutesOwnScopeGoesBeforeTheOperation() {
        assertThatCode(() -> check.process(exchange("reports", "chat", "reports")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> check.process(exchange("reports", "chat", "chat")))
                .hasMessage("the credential was not made for this: reports");
    }

    @Test
    void whatNamesNeitherIsNotForRestrictedCredentials() {
        assertThatThrownBy(() -> check.process(exchange(null, null, "chat")))
                .hasMessage("the credential was not made for this");
    }

    @Test
    void aCredentialWithoutScopesIsNotRestrictedButOneIsNeeded() {
        assertThatCode(() -> check.process(exchange("keys", null))).doesNotThrowAnyException();
        Exchange nobody = new DefaultExchange(new DefaultCamelContext());
        assertThatThrownBy(() -> check.process(nobody)).hasMessageContaining("not made for this");
    }

    private static Exchange exchange(String required, String operation, String... scopes) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(Caller.PROPERTY, new Caller("alice", Set.of(), Set.of(scopes), null, Caller.Kind.API_KEY));
        exchange.setProperty(Caller.REQUIRED_SCOPE, required);
        exchange.getMessage().setHeader("InferenceOperation", operation);
        return exchange;
    }
}
