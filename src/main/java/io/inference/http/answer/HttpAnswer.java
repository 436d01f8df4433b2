package io.inference.http.answer;

import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamedAnswer;
import java.io.InputStream;

/** What a REST route leaves as its body for the door to send. Headers are the door's and the exchange's listed ones. */
public sealed interface HttpAnswer {
    String contentType();

    /** A complete answer in JSON, status 200. */
    static Whole json(byte[] body) {
        return new Whole(200, "application/json", body);
    }

    /** An answer that is complete. */
    record Whole(int status, String contentType, byte[] body) implements HttpAnswer {}

    /** What is stored somewhere and copied from there, without being held whole. The door closes it. */
    record Copied(String contentType, long length, InputStream content) implements HttpAnswer {}

    /** An answer that leaves as it is made. The door pulls, encodes, flushes and closes. */
    record Streamed(String contentType, ChunkStream chunks, ChunkEncoder encoder)
            implements HttpAnswer, StreamedAnswer {}
}
