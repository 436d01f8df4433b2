package io.inference.security;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** Paths of parts that matter to this service, of random letters, and of characters that no path may contain. */
final class RandomPaths {
    /** A path by RFC 3986, with or without a query, whose escapes are not decoded before the caller is known. */
    private static final Pattern GRAMMAR = Pattern.compile(
            "(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)+" + "(?:\\?[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)?");

    private static final List<String> PARTS = List.of(
            "v1",
            "api",
            "models",
            "chat",
            "completions",
            "api-keys",
            "health",
            "docs",
            "internal",
            "config",
            "dev",
            "token",
            "issuer",
            "jwks",
            "actuator",
            "swagger-ui.css",
            "openapi.json",
            "error",
            "oauth2-redirect.html",
            "tags",
            "..",
            ".",
            "",
            "x",
            ";x",
            "docs;x",
            "health;jsessionid=1",
            "%2e%2e",
            "%2E",
            "%2f",
            "%2Fdocs",
            "%68ealth",
            "doc%73",
            "%c3%a9",
            "a%20b",
            "x?y=health",
            "docs?x",
            "*",
            "@",
            "~");
    private static final List<String> MALFORMED = List.of(
            "%00",
            "a%00b", "%", "%4", "%zz", "%5c", "..%5c", "\\", "\u00e9", "<x>", "\"", "{id}", "a|b", "^", "`", "%ff",
            "%c3");
    private static final String LETTERS =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@";

    private RandomPaths() {}

    static String next(Random random) {
        StringBuilder path = new StringBuilder();
        for (int part = random.nextInt(5); part >= 0; part--) {
            int kind = random.nextInt(20);
            path.append('/');
            if (kind == 0) {
                path.append(MALFORMED.get(random.nextInt(MALFORMED.size())));
            } else if (kind < 5) {
                letters(path, random);
            } else {
                path.append(PARTS.get(random.nextInt(PARTS.size())));
            }
        }
        return path.toString();
    }

    private static void letters(StringBuilder path, Random random) {
        for (int i = random.nextInt(12); i >= 0; i--) {
            path.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
    }

    /**
     * Whether a path is valid: by the grammar, of whole UTF-8 without NUL and without the backslash that some treat as
     * a slash, and not above its own root. The server does not accept any other.
     */
    static boolean isWellFormed(String target) {
        if (!GRAMMAR.matcher(target).matches()) {
            return false;
        }
        String path = target.contains("?") ? target.substring(0, target.indexOf('?')) : target;
        String decoded = decoded(path.replaceAll(";[^/]*", ""));
        return decoded != null && decoded.indexOf(0) < 0 && decoded.indexOf('\\') < 0 && !climbsAboveRoot(decoded);
    }

    private static String decoded(String path) {
        ByteBuffer bytes = ByteBuffer.allocate(path.length());
        for (int i = 0; i < path.length(); i++) {
            boolean escape = path.charAt(i) == '%';
            // An encoded slash is not decoded: it is part of a name.
            int code = escape ? Integer.parseInt(path.substring(i + 1, i + 3), 16) : path.charAt(i);
            bytes.put((byte) (escape && code == '/' ? '_' : code));
            i += escape ? 2 : 0;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static boolean climbsAboveRoot(String path) {
        int depth = 0;
        for (String part : path.split("/")) {
            depth += switch (part) {
                case "", "." -> 0;
                case ".." -> -1;
                default -> 1;
            };
            if (depth < 0) {
                return true;
            }
        }
        return false;
    }
}
