package io.inference.http.batches;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.form.FormReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A form of several parts, as {@code multipart/form-data} sends it. Parts are read in place, without copying the body.
 *
 * @param contentType with the boundary
 */
record Upload(byte[] body, String contentType) {
    private static final int LONGEST_FIELD = 4096;

    /** Receives the content of a part. */
    interface Reader<T> {
        T read(String filename, InputStream content) throws IOException;
    }

    /** @throws InferenceException with {@code INVALID_REQUEST} for a body of another type */
    static Upload of(byte @Nullable [] body, @Nullable String contentType) {
        if (contentType == null || !FormReader.isForm(contentType)) {
            throw new InferenceException(
                    ErrorCode.INVALID_REQUEST, "the body must be multipart/form-data with a 'file' and a 'purpose'");
        }
        return new Upload(body == null ? new byte[0] : body, contentType);
    }

    /** A field's text; empty if there is none of that name. */
    Optional<String> field(String name) {
        return find(name, (filename, content) -> new String(content.readNBytes(LONGEST_FIELD), StandardCharsets.UTF_8));
    }

    /** Reads the part of that name, whether or not it is declared as a file; empty if there is none. */
    <T> Optional<T> find(String name, Reader<T> reader) {
        AtomicReference<@Nullable T> found = new AtomicReference<>();
        try {
            FormReader.read(body, contentType, part -> {
                boolean wanted = name.equals(part.name());
                if (wanted) {
                    found.set(reader.read(part.filename() == null ? "" : part.filename(), part.content()));
                }
                return !wanted;
            });
        } catch (IOException e) {
            throw new InferenceException(
                    ErrorCode.INVALID_REQUEST, "the body cannot be read as multipart/form-data", e);
        }
        return Optional.ofNullable(found.get());
    }
}
