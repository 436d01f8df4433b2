package io.inference.api.stream;

/** An answer that is sent while it is being generated. Its holder closes its chunks. */
public interface StreamedAnswer {
    ChunkStream chunks();
}
