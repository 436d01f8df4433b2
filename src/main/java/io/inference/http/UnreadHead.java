package io.inference.http;

/**
 * Marks a request whose head is longer than the server reads: nobody knows what credential it has, so that it is refused like one without.
 */
public final class UnreadHead {
    /** Attribute of the request, set where that is so. */
    public static final String ATTRIBUTE = UnreadHead.class.getName();

    private UnreadHead() {}
}
