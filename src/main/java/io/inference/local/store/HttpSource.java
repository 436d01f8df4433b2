package io.inference.local.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads by HTTP. A partial file is continued by a range request, also after a connection that broke during the
 * transfer; the token is sent to the first host only, never to one that it redirects to.
 */
final class HttpSource {
    private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);
    private static final int REDIRECTS_MAX = 5;
    private static final int ATTEMPTS_MAX = 5;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final Duration connectTimeout;
    private final Duration stallTimeout;

    HttpSource(Duration connectTimeout, Duration stallTimeout) {
        this.connectTimeout = connectTimeout;
        this.stallTimeout = stallTimeout;
    }

    void fetch(URI address, @Nullable String token, Part part) throws IOException {
        for (int attempt = 1; part.bytes() != part.entry().size(); attempt++) {
            long before = part.bytes();
            try {
                download(address, token, part, before);
                if (part.bytes() < part.entry().size()) {
                    throw new IOException("the connection ended after %d bytes".formatted(part.bytes()));
                }
            } catch (Verification.WrongContentException e) {
                throw e;
            } catch (IOException e) {
                if (part.bytes() <= before || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
                LOG.info("{}: {}; continuing at {} bytes", part.entry().id(), e.getMessage(), part.bytes());
            }
        }
    }

    private void download(URI address, @Nullable String token, Part part, long offset) throws IOException {
        HttpURLConnection connection = connect(address, token, offset);
        try {
            int status = connection.getResponseCode();
            if (status == RANGE_NOT_SATISFIABLE && offset > 0) {
                part.write(InputStream.nullInputStream(), 0);
                throw new IOException("the part that was there could not be continued");
            }
            if (status != HttpURLConnection.HTTP_OK && status != HttpURLConnection.HTTP_PARTIAL) {
                throw new IOException("HTTP " + status);
            }
            String range = connection.getHeaderField("Content-Range");
            boolean continues = status == HttpURLConnection.HTTP_PARTIAL
                    && range != null
                    && range.startsWith("bytes " + offset + "-");
            if (status == HttpURLConnection.HTTP_PARTIAL && !continues) {
                throw new IOException("the server sent another range than the requested one");
            }
            try (InputStream in = connection.getInputStream()) {
                part.write(in, continues ? offset : 0);
            }
        } finally {
            connection.disconnect();
        }
    }

    private HttpURLConnection connect(URI address, @Nullable String token, long offset) throws IOException {
        URI current = address;
        for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
            HttpURLConnection connection = (HttpURLConnection) current.toURL().openConnection();
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout((int) connectTimeout.toMillis());
            connection.setReadTimeout((int) stallTimeout.toMillis());
            if (token != null && sameOrigin(address, current)) {
                connection.setRequestProperty("Authorization", "Bearer " + token);
            }
            if (offset > 0) {
                connection.setRequestProperty("Range", "bytes=" + offset + "-");
            }
            String location = connection.getResponseCode() / 100 == 3 ? connection.getHeaderField("Location") : null;
            if (location == null) {
                return connection;
            }
            connection.disconnect();
            current = redirected(current, location);
        }
        throw new IOException("redirected more than %d times".formatted(REDIRECTS_MAX));
    }

    private static URI redirected(URI from, String location) throws IOException {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new IOException("redirected to a place that is no address", e);
        }
        boolean web = "https".equals(to.getScheme()) || "http".equals(to.getScheme());
        if (!web || ("https".equals(from.getScheme()) && !"https".equals(to.getScheme()))) {
            throw new IOException("redirected from %s to %s".formatted(from.getScheme(), to.getScheme()));
        }
        return to;
    }

    private static boolean sameOrigin(URI a, URI b) {
        return a.getScheme().equals(b.getScheme()) && a.getAuthority().equals(b.getAuthority());
    }
}
