package io.inference.routes.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.call.Call;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class TimeLimitProcessorTest {
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    private final Call call = new Call("req", "rest", Duration.ofMinutes(10));

    @Test
    void bringsTheDeadlineForwardAndNeverBack() {
        limit("20");
        assertThat(call.remaining()).isLessThanOrEqualTo(Duration.ofSeconds(20));
        limit("500");
        assertThat(call.remaining()).isLessThanOrEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void aRouteThatSetsNoNumberIsAtFault() {
        for (String wrong : new String[] {null, "0", "-1", "soon", "NaN", ""}) {
            assertThatThrownBy(() -> limit(wrong))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("InferenceTimeLimit");
        }
    }

    private void limit(String seconds) {
        exchange.setProperty(Call.PROPERTY, call);
        exchange.setProperty(TimeLimitProcessor.SECONDS, seconds);
        new TimeLimitProcessor().process(exchange);
    }
}
