package io.inference.http.form;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.apache.tomcat.util.http.fileupload.FileItemIterator;
import org.apache.tomcat.util.http.fileupload.FileItemStream;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.apache.tomcat.util.http.fileupload.InvalidFileNameException;
import org.apache.tomcat.util.http.fileupload.MultipartStream.MalformedStreamException;
import org.apache.tomcat.util.http.fileupload.UploadContext;
import org.jspecify.annotations.Nullable;

/** Reads {@code multipart/form-data} part by part, without holding more of it than a few kilobytes. */
public final class FormReader {
    private static final String TYPE = "multipart/form-data";
    private static final int MOST_PARTS = 100;

    private FormReader() {}

    /**
     * A part of a form.
     *
     * @param filename as its sender named it; null for a field
     * @param contentType null if it has none
     * @param content of this part; what is left of it is skipped
     */
    public record Part(
            String name,
            @Nullable String filename,
            @Nullable String contentType,
            InputStream content) {}

    /** Receives the parts in their order. */
    public interface PartHandler {
        /** Returns whether it wants the next part too. */
        boolean accept(Part part) throws IOException;
    }

    /** Whether a Content-Type is a form's. */
    public static boolean isForm(@Nullable String contentType) {
        return contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith(TYPE);
    }

    /** Reads a form that has arrived. */
    public static void read(byte[] body, String contentType, PartHandler handler) throws IOException {
        read(new StreamedBody(new ByteArrayInputStream(body), body.length), contentType, handler);
    }

    /**
     * Reads a form while it arrives.
     *
     * @param contentType with the boundary
     * @throws InferenceException with {@code INVALID_REQUEST} if it is malformed or ends too early
     * @throws IOException of the connection, or of the handler
     */
    public static void read(StreamedBody body, String contentType, PartHandler handler) throws IOException {
        FileUpload upload = new FileUpload();
        upload.setHeaderEncoding("UTF-8");
        try {
            FileItemIterator parts = upload.getItemIterator(new Context(body, contentType));
            for (int count = 0; parts.hasNext(); count++) {
                if (count == MOST_PARTS) {
                    throw new InferenceException(
                            ErrorCode.INVALID_REQUEST, "a form has at most " + MOST_PARTS + " parts");
                }
                if (!accept(parts.next(), handler)) {
                    return;
                }
            }
        } catch (MalformedStreamException
                | FileUploadException
                | InvalidFileNameException
                | IllegalArgumentException e) {
            throw new InferenceException(ErrorCode.INVALID_REQUEST, "the body cannot be read as " + TYPE, e);
        }
    }

    private static boolean accept(FileItemStream part, PartHandler handler) throws IOException {
        String name = part.getFieldName();
        if (name == null) {
            return true;
        }
        // Not closed: closing reads the rest, of which a refused upload may have a lot. The next part skips it.
        InputStream content = part.openStream();
        return handler.accept(new Part(name, part.getName(), part.getContentType(), content));
    }

    private record Context(StreamedBody body, String contentType) implements UploadContext {
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
            return body.content();
        }

        @Override
        public long contentLength() {
            return body.length();
        }
    }
}
