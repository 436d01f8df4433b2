package io.inference.http.batches;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.tomcat.util.http.fileupload.FileItemIterator;
import org.apache.tomcat.util.http.fileupload.FileItemStream;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.UploadContext;
import org.jspecify.annotations.Nullable;

/**
 * A form of several parts, as {@code multipart/form-data} sends it. Parts are read in place, without copying the body.
 *
 * @param contentType with the boundary
 */
record Upload(byte[] body, String contentType) {
    private static final int LONGEST_FIELD = 4096;
    private static final int MOST_PARTS = 20;

    /** Receives the content of a part. */
    interface Reader<T> {
        T read(String filename, InputStream content) throws IOException;
    }

    /** @throws InferenceException with {@code INVALID_REQUEST} for a body of another type */
    static Upload of(byte @Nullable [] body, @Nullable String contentType) {
        if (contentType == null
                || !contentType.toLowerCase(java.util.Locale.ROOT).startsWith("multipart/form-data")) {
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
        FileUpload upload = new FileUpload();
        upload.setHeaderEncoding("UTF-8");
        upload.setFileCountMax(MOST_PARTS);
        try {
            FileItemIterator parts = upload.getItemIterator(new Context());
            while (parts.hasNext()) {
                FileItemStream part = parts.next();
                if (name.equals(part.getFieldName())) {
                    try (InputStream content = part.openStream()) {
                        return Optional.of(reader.read(part.getName() == null ? "" : part.getName(), content));
                    }
                }
            }
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new InferenceException(
                    ErrorCode.INVALID_REQUEST, "the body cannot be read as multipart/form-data", e);
        }
    }

    private final class Context implements UploadContext {
        @Override
        public String getCharacterEncoding() {
            return "UTF-8";
        }

        @Override
        public String getContentType() {
            return contentType;
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(body);
        }

        @Override
        public long contentLength() {
            return body.length;
        }
    }
}
