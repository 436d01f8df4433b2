package io.inference.http.answer;

import com.fasterxml.jackson.core.io.SerializedString;

/** What is on the wire around the JSON objects of a stream. */
public final class Framing {
    /** Server-sent events as OpenAI uses them: one line of data an event, {@code [DONE]} last. */
    public static final Framing EVENTS = new Framing(
            "text/event-stream", "data: ", "\n\n", "event: error\ndata: ", ": keep-alive\n\n", "data: [DONE]\n\n");

    /** An object a line, and nothing that clients skip. */
    public static final Framing LINES = new Framing("application/x-ndjson", "", "\n", "", "", "");

    private final String contentType;
    final SerializedString before;
    final SerializedString after;
    final SerializedString beforeFailure;
    final SerializedString keepAlive;
    final SerializedString end;

    /**
     * @param beforeFailure what is before an object that reports a failure, in place of {@code before}
     * @param keepAlive what clients skip; empty if there is nothing
     * @param end what says that the stream is complete
     */
    public Framing(
            String contentType, String before, String after, String beforeFailure, String keepAlive, String end) {
        this.contentType = contentType;
        this.before = new SerializedString(before);
        this.after = new SerializedString(after);
        this.beforeFailure = new SerializedString(beforeFailure);
        this.keepAlive = new SerializedString(keepAlive);
        this.end = new SerializedString(end);
    }

    public String contentType() {
        return contentType;
    }
}
