package io.inference.http.conversations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.conversation.Conversation;
import io.inference.conversation.Conversations;
import io.inference.conversation.Page;
import io.inference.conversation.StoredMessage;
import io.inference.http.answer.HttpAnswer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConversationExportTest {
    private static final UUID ID = new UUID(1, 2);
    private static final String TEXT = "x".repeat(10_000);

    private final AtomicInteger pages = new AtomicInteger();
    private volatile int failingPage = -1;

    /** One conversation that never ends, as far as an export needs it. */
    private Conversations endless() {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "ids" -> page(List.of(ID));
            case "find" -> new Conversation(ID, "", Map.of(), Instant.EPOCH, Instant.EPOCH, 0, 0);
            case "messages" -> page(new Page<>(List.of(message((Long) arguments[2])), true));
            default -> throw new IllegalStateException(method.getName());
        };
        return (Conversations) Proxy.newProxyInstance(
                Conversations.class.getClassLoader(), new Class<?>[] {Conversations.class}, handler);
    }

    private <T> T page(T page) {
        if (pages.getAndIncrement() == failingPage) {
            throw new InferenceException(ErrorCode.UNAVAILABLE, "the database cannot be reached");
        }
        return page;
    }

    private static StoredMessage message(Long after) {
        long seq = after == null ? 1 : after + 1;
        return new StoredMessage(ID, seq, seq - 1, Message.of(Role.USER, TEXT), null, Instant.EPOCH);
    }

    private BufferedReader export() {
        var answer = (HttpAnswer.Copied)
                ConversationExport.all(endless(), new Caller("ada", Set.of(), Set.of(), null, Caller.Kind.USER));
        assertThat(answer.length()).isEqualTo(HttpAnswer.Copied.UNKNOWN);
        return new BufferedReader(new InputStreamReader(answer.content(), StandardCharsets.UTF_8));
    }

    @Test
    void noMoreIsReadThanIsSent() throws Exception {
        try (BufferedReader lines = export()) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(lines.readLine()).startsWith("{\"id\":");
                assertThat(pages.get()).isBetween(i, i + 4);
            }
        }
    }

    @Test
    void aFailureBeforeTheFirstLineIsOneOfTheRequest() {
        failingPage = 0;
        assertThatThrownBy(this::export).isInstanceOf(InferenceException.class);
    }

    @Test
    void aFailureAfterItIsTheLastLine() throws Exception {
        failingPage = 3;
        try (BufferedReader lines = export()) {
            assertThat(lines.readAllAsString().lines())
                    .hasSize(4)
                    .last()
                    .isEqualTo("{\"object\":\"error\",\"error\":{\"code\":\"unavailable\","
                            + "\"message\":\"the database cannot be reached\"}}");
        }
    }
}
