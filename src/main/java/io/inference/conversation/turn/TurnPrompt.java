package io.inference.conversation.turn;

import io.inference.api.message.Message;
import io.inference.api.message.Role;
import java.util.List;

/**
 * The messages of a turn. Instructions come first, whenever they were given: those that begin the request, else the
 * last ones of the conversation. So a client may repeat its instructions with every request; they are stored when they
 * change.
 *
 * @param instructions that are in force
 * @param rest what the caller sent after the instructions
 * @param added what is added to the conversation
 */
record TurnPrompt(List<Message> instructions, List<Message> rest, List<Message> added) {
    TurnPrompt {
        instructions = List.copyOf(instructions);
        rest = List.copyOf(rest);
        added = List.copyOf(added);
    }

    /**
     * @param stored the conversation before the turn, oldest first; other messages may stand for summaries
     * @param sent messages of the request
     */
    static TurnPrompt of(List<Message> stored, List<Message> sent) {
        int begin = 0;
        while (begin < sent.size() && isInstruction(sent.get(begin))) {
            begin++;
        }
        List<Message> instructions = sent.subList(0, begin);
        List<Message> rest = sent.subList(begin, sent.size());
        List<Message> inForce = lastInstructions(stored);
        return new TurnPrompt(
                instructions.isEmpty() ? inForce : instructions,
                rest,
                texts(instructions).equals(texts(inForce)) ? rest : sent);
    }

    private static List<String> texts(List<Message> messages) {
        return messages.stream().map(Message::content).toList();
    }

    private static List<Message> lastInstructions(List<Message> stored) {
        int end = stored.size();
        while (end > 0 && !isInstruction(stored.get(end - 1))) {
            end--;
        }
        int begin = end;
        while (begin > 0 && isInstruction(stored.get(begin - 1))) {
            begin--;
        }
        return stored.subList(begin, end);
    }

    private static boolean isInstruction(Message message) {
        return message.role() == Role.SYSTEM;
    }
}
