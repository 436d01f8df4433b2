package io.inference.conversation;

import io.inference.conversation.memory.Span;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ids of conversations, of their messages and of their summaries as callers see them: {@code conv_} and 32
 * hexadecimal digits; {@code msg_}, the digits of the conversation, {@code _} and the number of the message;
 * {@code sum_}, the digits, and the level and the numbers of the first and the last message.
 */
public final class ConversationIds {
    /** In place of an id: begins a conversation. */
    public static final String NEW = "new";

    /** In place of a message's id: the beginning of a conversation. */
    public static final String ROOT = "root";

    private static final Pattern CONVERSATION = Pattern.compile("conv_([0-9a-f]{32})");
    private static final Pattern MESSAGE = Pattern.compile("msg_([0-9a-f]{32})_([1-9][0-9]{0,17})");
    private static final Pattern SUMMARY =
            Pattern.compile("sum_([0-9a-f]{32})_([1-9][0-9]?)_([1-9][0-9]{0,17})_([1-9][0-9]{0,17})");
    private static final int HALF = 16;
    private static final int HEX = 16;

    private ConversationIds() {}

    public static String conversation(UUID id) {
        return "conv_" + digits(id);
    }

    public static String message(UUID conversation, long seq) {
        return "msg_" + digits(conversation) + "_" + seq;
    }

    /** Empty if the text is no id of a conversation. */
    public static Optional<UUID> conversation(String text) {
        Matcher matcher = CONVERSATION.matcher(text);
        return matcher.matches() ? Optional.of(uuid(matcher.group(1))) : Optional.empty();
    }

    /** The number of a message; empty if the text is no id of a message of this conversation. */
    public static Optional<Long> message(UUID conversation, String text) {
        Matcher matcher = MESSAGE.matcher(text);
        return matcher.matches() && uuid(matcher.group(1)).equals(conversation)
                ? Optional.of(Long.valueOf(matcher.group(2)))
                : Optional.empty();
    }

    public static String summary(UUID conversation, Span span) {
        return "sum_" + digits(conversation) + "_" + span.level() + "_" + span.first() + "_" + span.last();
    }

    /** What a summary covers; empty if the text is no id of a summary of this conversation. */
    public static Optional<Span> summary(UUID conversation, String text) {
        Matcher matcher = SUMMARY.matcher(text);
        if (!matcher.matches() || !uuid(matcher.group(1)).equals(conversation)) {
            return Optional.empty();
        }
        long first = Long.parseLong(matcher.group(3));
        long last = Long.parseLong(matcher.group(4));
        return first > last ? Optional.empty() : Optional.of(new Span(Integer.parseInt(matcher.group(2)), first, last));
    }

    private static String digits(UUID id) {
        return id.toString().replace("-", "");
    }

    private static UUID uuid(String digits) {
        return new UUID(
                Long.parseUnsignedLong(digits, 0, HALF, HEX), Long.parseUnsignedLong(digits, HALF, 2 * HALF, HEX));
    }
}
