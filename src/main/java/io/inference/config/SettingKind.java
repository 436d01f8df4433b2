package io.inference.config;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/** The kinds of values of settings. */
public sealed interface SettingKind {
    /**
     * Parses a value that is not blank.
     *
     * @throws IllegalArgumentException for any other text; its message is not shown to operators
     */
    Object parse(String text);

    /** Description of the accepted values, to follow the word "accepts". */
    String accepts();

    /** Any text. */
    record Text(String accepts) implements SettingKind {
        @Override
        public Object parse(String text) {
            return text;
        }
    }

    /** True or false. */
    record Flag() implements SettingKind {
        @Override
        public Object parse(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException();
            };
        }

        @Override
        public String accepts() {
            return "true or false";
        }
    }

    /** A whole number within bounds, both inclusive. */
    record Whole(int least, int most) implements SettingKind {
        @Override
        public Object parse(String text) {
            int value = Integer.parseInt(text);
            if (value < least || value > most) {
                throw new IllegalArgumentException();
            }
            return value;
        }

        @Override
        public String accepts() {
            return "a whole number from " + least + " to " + most;
        }
    }

    /** A fraction: above 0, and 1 at most. */
    record Share() implements SettingKind {
        @Override
        public Object parse(String text) {
            // Not by Double, which reads 0x1p-3, 1d and NaN as well.
            double value = new BigDecimal(text).doubleValue();
            if (value <= 0 || value > 1) {
                throw new IllegalArgumentException();
            }
            return value;
        }

        @Override
        public String accepts() {
            return "a number above 0, and 1 at most, such as 0.125";
        }
    }

    /** One of a list of words. */
    record OneOf(List<String> words) implements SettingKind {
        @Override
        public Object parse(String text) {
            String word = text.toLowerCase(Locale.ROOT);
            if (!words.contains(word)) {
                throw new IllegalArgumentException();
            }
            return word;
        }

        @Override
        public String accepts() {
            return "one of " + String.join(", ", words);
        }
    }

    /** A duration above zero, such as {@code 30s}, {@code 5m}, {@code 500ms}. */
    record Time() implements SettingKind {
        @Override
        public Object parse(String text) {
            Duration value = DurationStyle.detectAndParse(text, java.time.temporal.ChronoUnit.SECONDS);
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException();
            }
            return value;
        }

        @Override
        public String accepts() {
            return "a time above zero such as 500ms, 30s, 5m or 1h";
        }
    }

    /** A size above zero, such as {@code 32MB}. */
    record Size(DataSize most) implements SettingKind {
        @Override
        public Object parse(String text) {
            DataSize value = DataSize.parse(text);
            if (value.toBytes() <= 0 || value.compareTo(most) > 0) {
                throw new IllegalArgumentException();
            }
            return value;
        }

        @Override
        public String accepts() {
            return "a size up to " + most.toMegabytes() + "MB such as 512KB or 32MB";
        }
    }

    /** An issuer's name: an address, kept exactly as given, since the {@code iss} of tokens must equal it. */
    record Issuer() implements SettingKind {
        @Override
        public Object parse(String text) {
            Object ignored = new HttpUrl().parse(text);
            return text;
        }

        @Override
        public String accepts() {
            return "an address such as https://login.example/realm, without credentials or query";
        }
    }

    /**
     * Address blocks, with numeric addresses only: names are never resolved, and a short form such as 10.1 is refused.
     */
    record Networks() implements SettingKind {
        @Override
        public Object parse(String text) {
            for (String block : text.split(",")) {
                String[] parts = block.strip().split("/", 2);
                if (parts[0].indexOf(':') < 0 && parts[0].split("\\.", -1).length != 4) {
                    throw new IllegalArgumentException();
                }
                int bits = InetAddress.ofLiteral(parts[0]).getAddress().length * 8;
                if (parts.length == 2) {
                    Object ignored = new Whole(0, bits).parse(parts[1]);
                }
            }
            return text;
        }

        @Override
        public String accepts() {
            return "IPv4 and IPv6 blocks such as 10.0.0.0/8,::1/128";
        }
    }

    /** The address of an HTTP server, with no query and no credentials. */
    record HttpUrl() implements SettingKind {
        @Override
        public Object parse(String text) {
            try {
                URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
                boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
                if (!http
                        || uri.getRawAuthority() == null
                        || uri.getQuery() != null
                        || uri.getRawAuthority().contains("@")) {
                    throw new IllegalArgumentException();
                }
                return uri;
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException(e);
            }
        }

        @Override
        public String accepts() {
            return "an address such as http://localhost:11434, without credentials or query";
        }
    }

    /**
     * Several named numbers for each name: {@code gold:requests=600,tokens=200000;batch:requests=10}. Names may contain
     * colons.
     */
    record NamedNumbers(List<String> words, int most) implements SettingKind {
        @Override
        public Object parse(String text) {
            Map<String, Map<String, Integer>> named = new LinkedHashMap<>();
            for (String entry : text.split(";")) {
                if (entry.isBlank()) {
                    continue;
                }
                int colon = entry.lastIndexOf(':');
                String name = entry.substring(0, Math.max(0, colon)).strip();
                if (name.isEmpty() || named.put(name, numbers(entry.substring(colon + 1))) != null) {
                    throw new IllegalArgumentException();
                }
            }
            return named;
        }

        private Map<String, Integer> numbers(String text) {
            Map<String, Integer> numbers = new LinkedHashMap<>();
            for (String pair : text.split(",", -1)) {
                String[] parts = pair.split("=", -1);
                String word = parts[0].strip();
                if (parts.length != 2 || !words.contains(word)) {
                    throw new IllegalArgumentException();
                }
                Object number = new Whole(0, most).parse(parts[1].strip());
                if (numbers.put(word, (Integer) number) != null) {
                    throw new IllegalArgumentException();
                }
            }
            return numbers;
        }

        @Override
        public String accepts() {
            return "names with a number for some of " + String.join(", ", words) + ", each once, such as gold:"
                    + words.getFirst() + "=600," + words.get(1) + "=200000; batch:" + words.getFirst() + "=10";
        }
    }

    /** A path prefix, without the slashes around it; different from the service's own paths. */
    record PathPrefix() implements SettingKind {
        private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*");
        private static final Pattern TAKEN =
                Pattern.compile("(?:api|internal|admin|dev|docs|console|health|error)(?:/.*)?|openapi\\.json");

        @Override
        public Object parse(String text) {
            if (!FORM.matcher(text).matches() || TAKEN.matcher(text).matches()) {
                throw new IllegalArgumentException();
            }
            return text;
        }

        @Override
        public String accepts() {
            return "a path prefix such as v1 or openai/v1, other than the service's own paths";
        }
    }

    /** A readable file in PEM. The code that uses it checks its contents in full. */
    record PemFile(String what) implements SettingKind {
        @Override
        public Object parse(String text) {
            try {
                if (!Files.readString(Path.of(text)).contains("-----BEGIN ")) {
                    throw new IllegalArgumentException();
                }
                return text;
            } catch (IOException e) {
                throw new IllegalArgumentException(e);
            }
        }

        @Override
        public String accepts() {
            return "a file that can be read and holds, in PEM, the " + what;
        }
    }

    /**
     * A folder with a file of settings or of backends. Spring reads the first; its values are checked like all others.
     */
    record ConfigFolder() implements SettingKind {
        private static final List<String> FILES = List.of("application.yaml", "backends.yaml");

        @Override
        public Object parse(String text) {
            if (FILES.stream().noneMatch(file -> Files.isReadable(Path.of(text, file)))) {
                throw new IllegalArgumentException();
            }
            return text;
        }

        @Override
        public String accepts() {
            return "a folder with an application.yaml or a backends.yaml that can be read";
        }
    }

    /** An API key that an operator chooses. */
    record ApiKeyText() implements SettingKind {
        private static final Pattern FORM = Pattern.compile("ik_[0-9A-Za-z_-]{32,200}");

        @Override
        public Object parse(String text) {
            if (!FORM.matcher(text).matches()) {
                throw new IllegalArgumentException();
            }
            return text;
        }

        @Override
        public String accepts() {
            return "ik_ and at least 32 random letters and digits, such as ik_$(openssl rand -hex 24)";
        }
    }

    /** Keys of 256 bits, the first of which may be missing. */
    record EncryptionKeys() implements SettingKind {
        private static final int BYTES = 32;
        private static final String NONE = "none";

        /** The keys in their order; no bytes stand for {@code none}. */
        @Override
        public Object parse(String text) {
            List<byte[]> keys = new ArrayList<>();
            for (String key : text.split("[,\\s]+", -1)) {
                keys.add(keys.isEmpty() && key.equals(NONE) ? new byte[0] : key(key));
            }
            return keys;
        }

        private static byte[] key(String text) {
            byte[] key = text.length() == 2 * BYTES
                    ? HexFormat.of().parseHex(text)
                    : Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
            if (key.length != BYTES) {
                throw new IllegalArgumentException();
            }
            return key;
        }

        @Override
        public String accepts() {
            return "keys of 32 bytes in base64 or hex, separated by commas, such as $(openssl rand -base64 32);"
                    + " none in front of them encrypts nothing more";
        }
    }

    /** An address of PostgreSQL in one text. Parsed in full when connecting; only its form is checked here. */
    record PostgresAddress() implements SettingKind {
        private static final Pattern LIBPQ =
                Pattern.compile("postgres(?:ql)?://(?:[^@/\\s]*@)?[^@/?\\s]+/[^/?\\s]+(?:\\?\\S*)?");
        private static final Pattern JDBC = Pattern.compile("jdbc:postgresql:\\S+");

        @Override
        public Object parse(String text) {
            if (!LIBPQ.matcher(text).matches() && !JDBC.matcher(text).matches()) {
                throw new IllegalArgumentException();
            }
            return text;
        }

        @Override
        public String accepts() {
            return "postgres://user:password@host:port/name, reserved characters encoded (%40 for @),"
                    + " or jdbc:postgresql://…";
        }
    }
}
