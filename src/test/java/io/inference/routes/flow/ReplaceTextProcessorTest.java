package io.inference.routes.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.message.ContentPart;
import io.inference.api.message.Extras;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class ReplaceTextProcessorTest {
    @Test
    void replacesInAllThatGoesOnToABackend() throws Exception {
        Image image = new Image.Remote("https://example.org/secret.png");
        Message message = new Message(
                Role.USER,
                "a secret",
                null,
                List.of(image),
                List.of(),
                null,
                null,
                List.of(
                        new ContentPart.Text("a secret", Extras.NONE),
                        new ContentPart.Picture(image, Extras.NONE, Extras.NONE),
                        new ContentPart.Other("file", "{\"secret\":[\"my secret\",1]}")),
                Extras.openAi(Map.of("note", "\"secret\"")));
        Extras extras = Extras.openAi(Map.of("prediction", "{\"content\":\"a \\\"secret\\\"\"}"));
        ChatRequest request = new ChatRequest(
                "m", List.of(message), Options.DEFAULTS, List.of(), null, null, null, false, null, extras);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(context);
            exchange.setProperty(ReplaceTextProcessor.PATTERN, "secret");
            exchange.setProperty(ReplaceTextProcessor.REPLACEMENT, "***");
            exchange.getMessage().setBody(request);

            new ReplaceTextProcessor().process(exchange);

            ChatRequest changed = exchange.getMessage().getBody(ChatRequest.class);
            assertThat(changed.extras().json("prediction")).isEqualTo("{\"content\":\"a \\\"***\\\"\"}");
            Message sent = changed.messages().getFirst();
            assertThat(sent.content()).isEqualTo("a ***");
            assertThat(sent.extras().json("note")).isEqualTo("\"***\"");
            assertThat(sent.parts())
                    .containsExactly(
                            new ContentPart.Text("a ***", Extras.NONE),
                            new ContentPart.Picture(image, Extras.NONE, Extras.NONE),
                            new ContentPart.Other("file", "{\"secret\":[\"my ***\",1]}"));
        }
    }
}
