package io.inference.http.answer;

/**
 * An answer that its route has not completed yet. The door passes it to the route in the exchange property
 * {@value #PROPERTY}.
 */
@FunctionalInterface
public interface PendingAnswer {
    String PROPERTY = "InferencePendingAnswer";

    /**
     * Announces that the answer will be a stream: from now on the door may send keep-alives, which also fixes the
     * status at 200.
     */
    void mayBegin(StreamStart start);
}
