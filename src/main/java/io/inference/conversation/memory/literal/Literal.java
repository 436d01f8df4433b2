package io.inference.conversation.memory.literal;

/**
 * A value in a text that a summary has to keep as it is.
 *
 * @param start index of its first character in the text
 * @param end index after its last one
 */
public record Literal(Kind kind, String text, int start, int end) {
    /** What a value is. */
    public enum Kind {
        URL,
        EMAIL,
        DATE,
        TIME,
        MONEY,
        PATH,
        ID,
        /** A number with its unit, or with the noun that it counts. */
        QUANTITY,
        NUMBER,
        /** Words with capital letters. */
        NAME
    }
}
