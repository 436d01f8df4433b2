package io.inference.api.message;

/**
 * What a backend said in one object of an answer beyond what this service models.
 *
 * @param answer fields of the whole answer, such as {@code system_fingerprint}: all so far, if one has changed
 * @param choice fields of the choice
 * @param message fields of the choice's message, such as {@code annotations}
 */
public record AnswerExtras(Extras answer, Extras choice, Extras message) {
    public static final AnswerExtras NONE = new AnswerExtras(Extras.NONE, Extras.NONE, Extras.NONE);

    public boolean isEmpty() {
        return answer.isEmpty() && choice.isEmpty() && message.isEmpty();
    }

    /** These fields and those that came later. */
    public AnswerExtras merge(AnswerExtras later) {
        if (later.isEmpty() || isEmpty()) {
            return isEmpty() ? later : this;
        }
        return new AnswerExtras(answer.merge(later.answer), choice.merge(later.choice), message.merge(later.message));
    }
}
