package io.inference.bench;

import io.inference.api.Call;
import io.inference.api.ChatAnswer;
import io.inference.api.ChatRequest;
import io.inference.api.Choice;
import io.inference.api.FinishReason;
import io.inference.api.Message;
import io.inference.api.Role;
import io.inference.api.Usage;
import java.util.List;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;

/** A flow that answers a chat at once with what it asks, for measuring doors alone. No component, so that no other start finds it. */
public class EchoChat {
    /** A route {@code chat} with this flow. */
    static final String ROUTE = """
            - route:
                id: chat
                description: Answers with the question.
                from:
                  id: from-chat
                  uri: direct
                  parameters:
                    name: chat
                  steps:
                    - process:
                        id: echo
                        ref: echoChatProcessor
            """;

    @Bean
    Processor echoChatProcessor() {
        return exchange -> {
            ChatRequest request = exchange.getMessage().getBody(ChatRequest.class);
            exchange.getProperty(Call.PROPERTY, Call.class).markFirstToken();
            Message message =
                    Message.of(Role.ASSISTANT, request.messages().getFirst().content());
            exchange.getMessage()
                    .setBody(new ChatAnswer.Whole(
                            request.model(),
                            List.of(new Choice(0, message, FinishReason.STOP, List.of())),
                            Usage.NONE));
        };
    }
}
