package io.inference.http.answer;

import com.fasterxml.jackson.core.io.SerializedString;

/** Bytes on the wire around the JSON objects of a stream. */
public final class Framing {
    /** Server-sent events as OpenAI uses them: one data line for each event, {@code [DONE]} last. */
    public static final Framing EVENTS = new Framing(
            "text/event-stream",
            "data: ",
            "\n\n",
            "event: error\ndata: ",
            ": keep-alive\n\n",
            "data: [DONE]\n\n",
            ": ",
            "event: ");

    /** Server-sent events with names, as OpenAI sends pictures; they end with the connection's answer. */
    public static final Framing NAMED_EVENTS = new Framing(
            "text/event-stream", "data: ", "\n\n", "event: error\ndata: ", ": keep-alive\n\n", "", ": ", "event: ");

    /** One object on each line, without keep-alives. */
    public static final Framing LINES = new Framing("application/x-ndjson", "", "\n", "", "", "");

    private final String contentType;
    final SerializedString before;
    final SerializedString after;
    final SerializedString beforeFailure;
    final SerializedString keepAlive;
    final SerializedString end;
    final SerializedString beforeComment;
    final SerializedString beforeName;

    /**
     * @param beforeFailure replaces {@code before} in front of an object that reports a failure
     * @param keepAlive bytes that clients ignore; empty if the format has none
     * @param end marks the stream as complete
     */
    public Framing(
            String contentType, String before, String after, String beforeFailure, String keepAlive, String end) {
        this(contentType, before, after, beforeFailure, keepAlive, end, "", "");
    }

    /**
     * @param beforeComment starts a line that clients ignore; empty if the format has no such lines
     * @param beforeName starts a line that names the next object; empty if the format has no such lines
     */
    private Framing(
            String contentType,
            String before,
            String after,
            String beforeFailure,
            String keepAlive,
            String end,
            String beforeComment,
            String beforeName) {
        this.contentType = contentType;
        this.before = new SerializedString(before);
        this.after = new SerializedString(after);
        this.beforeFailure = new SerializedString(beforeFailure);
        this.keepAlive = new SerializedString(keepAlive);
        this.end = new SerializedString(end);
        this.beforeComment = new SerializedString(beforeComment);
        this.beforeName = new SerializedString(beforeName);
    }

    public String contentType() {
        return contentType;
    }
}
