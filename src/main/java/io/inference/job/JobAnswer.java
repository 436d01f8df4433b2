package io.inference.job;

import java.util.List;

/**
 * The answer of a job, kept as bytes so that a repeated answer is the same byte for byte.
 *
 * @param parts the REST answer, in one part; of a streamed one every chunk, each a JSON object without the framing
 *     of an event stream
 * @param streamed whether the payload asked for a stream
 */
public record JobAnswer(List<byte[]> parts, boolean streamed) {
    public JobAnswer {
        parts = List.copyOf(parts);
    }

    /** An answer in one part. */
    public static JobAnswer whole(byte[] body) {
        return new JobAnswer(List.of(body), false);
    }

    /** The one part of an answer that is not streamed. */
    public byte[] body() {
        if (parts.size() != 1) {
            throw new IllegalStateException("an answer of " + parts.size() + " parts");
        }
        return parts.getFirst();
    }
}
