package io.inference.conversation.turn;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.message.Message;
import io.inference.api.message.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnPromptTest {
    private static final Message KIND = Message.of(Role.SYSTEM, "be kind");
    private static final Message BRIEF = Message.of(Role.SYSTEM, "be brief");
    private static final Message QUESTION = Message.of(Role.USER, "question");
    private static final Message ANSWER = Message.of(Role.ASSISTANT, "answer");
    private static final Message NEXT = Message.of(Role.USER, "next");

    @Test
    void whatIsNewFollowsWhatWasSaid() {
        TurnPrompt prompt = TurnPrompt.of(List.of(QUESTION, ANSWER), List.of(NEXT));
        assertThat(prompt.instructions()).isEmpty();
        assertThat(prompt.rest()).containsExactly(NEXT);
        assertThat(prompt.added()).containsExactly(NEXT);
    }

    @Test
    void repeatedInstructionsAreNotStoredAgain() {
        TurnPrompt prompt = TurnPrompt.of(List.of(KIND, QUESTION, ANSWER), List.of(KIND, NEXT));
        assertThat(prompt.instructions()).containsExactly(KIND);
        assertThat(prompt.rest()).containsExactly(NEXT);
        assertThat(prompt.added()).containsExactly(NEXT);
    }

    @Test
    void newInstructionsReplaceThoseBefore() {
        TurnPrompt prompt = TurnPrompt.of(List.of(KIND, QUESTION, ANSWER), List.of(BRIEF, NEXT));
        assertThat(prompt.instructions()).containsExactly(BRIEF);
        assertThat(prompt.rest()).containsExactly(NEXT);
        assertThat(prompt.added()).containsExactly(BRIEF, NEXT);
    }

    @Test
    void theLastInstructionsOfTheConversationStayInForce() {
        TurnPrompt prompt = TurnPrompt.of(List.of(KIND, QUESTION, ANSWER, KIND, BRIEF, QUESTION), List.of(NEXT));
        assertThat(prompt.instructions()).containsExactly(KIND, BRIEF);
    }

    @Test
    void anAnswerIsMadeAgainWithoutNewMessages() {
        TurnPrompt prompt = TurnPrompt.of(List.of(KIND, QUESTION), List.of());
        assertThat(prompt.instructions()).containsExactly(KIND);
        assertThat(prompt.rest()).isEmpty();
        assertThat(prompt.added()).isEmpty();
    }
}
