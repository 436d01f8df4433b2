package io.inference.http.form;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of a request that its route reads while it arrives: the body of an exchange whose endpoint says
 * {@code useStreaming}. A type of its own, since Camel would copy an {@code InputStream} into memory. The door closes
 * it once the request has been answered, or has failed.
 */
public final class StreamedBody implements AutoCloseable {
    private final InputStream content;
    private final long length;
    private final List<Runnable> atEnd = new ArrayList<>();

    /**
     * @param content decoded; bounded in size and pace by the door, and read at most once
     * @param length in bytes; negative if unknown
     */
    public StreamedBody(InputStream content, long length) {
        this.content = content;
        this.length = length;
    }

    public InputStream content() {
        return content;
    }

    public long length() {
        return length;
    }

    /** Adds work for the end of the request, such as to delete a file with a part of the body. */
    public synchronized void atEnd(Runnable work) {
        atEnd.add(work);
    }

    @Override
    public synchronized void close() {
        atEnd.forEach(Runnable::run);
        atEnd.clear();
    }
}
