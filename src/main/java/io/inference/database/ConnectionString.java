package io.inference.database;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads a PostgreSQL connection string of libpq or JDBC. */
final class ConnectionString {
    private static final int STANDARD_PORT = 5432;

    private ConnectionString() {}

    static DatabaseAddress parse(String text, int poolSize) {
        if (text.startsWith("jdbc:postgresql:")) {
            return new DatabaseAddress(text, null, null, poolSize);
        }
        if (!text.startsWith("postgres://") && !text.startsWith("postgresql://")) {
            throw new IllegalArgumentException("neither postgres:// nor jdbc:postgresql:");
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            // Without its cause, whose message shows the text and with it the password.
            throw new IllegalArgumentException(
                    "not a URI: reserved letters of the password have to be encoded (%40 for @)");
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException("it names no host");
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        String name = path.startsWith("/") ? path.substring(1) : path;
        String url = jdbc(uri.getHost(), uri.getPort() < 0 ? STANDARD_PORT : uri.getPort(), name);
        String options = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String[] credentials = uri.getRawUserInfo() == null
                ? new String[0]
                : uri.getRawUserInfo().split(":", 2);
        return new DatabaseAddress(url + options, decoded(credentials, 0), decoded(credentials, 1), poolSize);
    }

    static String jdbc(String host, int port, String name) {
        String literal = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return "jdbc:postgresql://" + literal + ":" + port + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    private static @Nullable String decoded(String[] credentials, int index) {
        // Outside a query string a plus sign is a literal.
        return credentials.length > index
                ? URLDecoder.decode(credentials[index].replace("+", "%2B"), StandardCharsets.UTF_8)
                : null;
    }
}
