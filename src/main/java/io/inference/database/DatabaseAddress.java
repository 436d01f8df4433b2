package io.inference.database;

import org.jspecify.annotations.Nullable;

/**
 * Address and credentials of PostgreSQL.
 *
 * @param url JDBC address, without credentials
 * @param user role; null if the address or the server's own default gives it
 * @param password null for none
 * @param poolSize maximum number of connections
 */
public record DatabaseAddress(
        String url, @Nullable String user, @Nullable String password, int poolSize) {
    /**
     * @param host name or numeric address; an IPv6 address without brackets
     * @param sslMode as libpq names them, such as {@code prefer} or {@code verify-full}
     */
    public static DatabaseAddress of(
            String host, int port, String name, String user, @Nullable String password, String sslMode, int poolSize) {
        String url = ConnectionString.jdbc(host, port, name) + "?sslmode=" + sslMode;
        return new DatabaseAddress(url, user, password, poolSize);
    }

    /**
     * @param text in the form {@code postgres://user:password@host:port/name?options} or {@code jdbc:postgresql:…}
     * @throws IllegalArgumentException if it is neither; the message contains nothing of the text
     */
    public static DatabaseAddress of(String text, int poolSize) {
        return ConnectionString.parse(text, poolSize);
    }

    /** Without the password, and without the address's options, which may hold one. */
    @Override
    public String toString() {
        int options = url.indexOf('?');
        return (options < 0 ? url : url.substring(0, options)) + (user == null ? "" : " as " + user);
    }
}
