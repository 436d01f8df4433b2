package io.inference.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.call.Call;
import io.inference.api.message.ContentPart;
import io.inference.api.message.Extras;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.api.request.Unsupported;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NeedsTest {
    private final Call call = new Call("id", "rest", Duration.ofMinutes(1));

    private List<String> adapted(Message... messages) {
        var request = new ChatRequest("m", List.of(messages), Options.DEFAULTS, List.of(), null, null, null, false);
        Set<String> lacks = Set.of(Unsupported.SYSTEM_MESSAGES);
        return ((ChatRequest) Needs.adapted(request, lacks, "backend", call))
                .messages().stream()
                        .map(message -> message.role().label() + ": " + message.content())
                        .toList();
    }

    @Test
    void instructionsMoveToTheFirstMessageOfTheUser() {
        assertThat(adapted(
                        Message.of(Role.SYSTEM, "Be brief."),
                        Message.of(Role.SYSTEM, "Be kind."),
                        Message.of(Role.ASSISTANT, "Hello!"),
                        Message.of(Role.USER, "Hi"),
                        Message.of(Role.USER, "there")))
                .containsExactly("assistant: Hello!", "user: Be brief.\n\nBe kind.\n\nHi", "user: there");
    }

    @Test
    void instructionsAloneAreTheMessageOfAUser() {
        assertThat(adapted(Message.of(Role.SYSTEM, "Be brief."))).containsExactly("user: Be brief.");
    }

    @Test
    void withoutInstructionsNothingChanges() {
        assertThat(adapted(Message.of(Role.USER, "Hi"))).containsExactly("user: Hi");
    }

    @Test
    void instructionsComeBeforeThePartsOfAMessage() {
        var parts = List.<ContentPart>of(new ContentPart.Text("Hi", Extras.NONE));
        var user = new Message(Role.USER, "Hi", null, List.of(), List.of(), null, null, parts, Extras.NONE);
        var request = new ChatRequest(
                "m",
                List.of(Message.of(Role.SYSTEM, "Be brief."), user),
                Options.DEFAULTS,
                List.of(),
                null,
                null,
                null,
                false);
        assertThat(request.withoutSystem().messages().getFirst().parts())
                .containsExactly(new ContentPart.Text("Be brief.\n\n", Extras.NONE), parts.getFirst());
    }
}
