package io.inference.upstream.form;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hc.client5.http.entity.mime.AbstractContentBody;
import org.apache.hc.client5.http.entity.mime.HttpMultipartMode;
import org.apache.hc.client5.http.entity.mime.MultipartEntityBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;

/** A body of the type {@code multipart/form-data}, as browsers write it: files are read while it is sent. */
public final class Form {
    private final MultipartEntityBuilder parts = MultipartEntityBuilder.create()
            .setMode(HttpMultipartMode.LEGACY)
            // Without the character set that the library would name: RFC 7578 has none, and theirs is another one.
            .setContentType(ContentType.create("multipart/form-data"))
            .setCharset(StandardCharsets.UTF_8);

    /** Opens the content of a file, each time that the body is sent. */
    @FunctionalInterface
    public interface Source {
        InputStream open() throws IOException;
    }

    /** Adds a field. */
    public Form text(String name, String value) {
        parts.addTextBody(name, value, ContentType.TEXT_PLAIN.withCharset(StandardCharsets.UTF_8));
        return this;
    }

    /**
     * Adds a file.
     *
     * @param filename of ASCII characters
     * @param mediaType such as {@code image/png}
     * @param length in bytes
     */
    public Form file(String name, String filename, String mediaType, long length, Source source) {
        parts.addPart(name, new FileBody(filename, ContentType.create(mediaType), length, source));
        return this;
    }

    /** The body, to be sent once or more. */
    public HttpEntity entity() {
        return parts.build();
    }

    private static final class FileBody extends AbstractContentBody {
        private final String filename;
        private final long length;
        private final Source source;

        FileBody(String filename, ContentType type, long length, Source source) {
            super(type);
            this.filename = filename;
            this.length = length;
            this.source = source;
        }

        @Override
        public String getFilename() {
            return filename;
        }

        @Override
        public long getContentLength() {
            return length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            try (InputStream content = source.open()) {
                content.transferTo(out);
            }
        }
    }
}
