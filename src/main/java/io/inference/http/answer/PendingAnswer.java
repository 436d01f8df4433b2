package io.inference.http.answer;

/** An answer that its route is still at work on, as the door offers it to that route by the exchange property {@value #PROPERTY}. */
@FunctionalInterface
public interface PendingAnswer {
    String PROPERTY = "InferencePendingAnswer";

    /** The answer will be a stream: from now on the caller may be sent keep-alives, by which its status is settled. */
    void mayBegin(StreamStart start);
}
