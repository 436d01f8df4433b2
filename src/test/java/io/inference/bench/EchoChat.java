package io.inference.bench;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import java.util.List;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;

/**
 * A flow that answers a chat at once with its question, for measuring doors alone. Not a {@code @Component}, so that no
 * other start finds it.
 */
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
