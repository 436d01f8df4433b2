package io.inference.api.stream;

/** An answer that is made while it is sent. Who holds it closes its chunks. */
public interface StreamedAnswer {
    ChunkStream chunks();
}
