package io.inference.grpc.method;

import io.grpc.Metadata;
import io.grpc.Metadata.Key;
import io.inference.api.request.Unsupported;
import io.inference.security.IncomingNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.apache.camel.Message;

/** Which metadata pass the door, in and out. */
public final class RpcMetadata {
    static final Key<String> REQUEST_ID = key("x-request-id");
    public static final Key<String> AUTHORIZATION = key("authorization");
    public static final Key<String> API_KEY = key("x-api-key");
    public static final Key<String> ORIGIN = key("origin");
    /** An admin's call with the value {@code candidate} runs on the candidate generation. */
    static final Key<String> GENERATION = key("x-route-generation");

    private static final Pattern VALID_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private static final String DROPPED = Unsupported.DROPPED_HEADER.toLowerCase(Locale.ROOT);

    private static final String SUMMARIZED = "x-conversation-summarized";

    /** The only headers of an exchange that reach the caller. */
    private static final List<Key<String>> OUTGOING = List.of(
            key("x-ratelimit-limit-requests"),
            key("x-ratelimit-remaining-requests"),
            key("x-ratelimit-reset-requests"),
            key("x-ratelimit-limit-tokens"),
            key("x-ratelimit-remaining-tokens"),
            key("x-ratelimit-reset-tokens"),
            key(DROPPED),
            key("x-conversation-id"),
            key(SUMMARIZED));

    /** With the two above, those that report to the caller, who may not set them. */
    private static final String OF_LIMITS = "x-ratelimit-";

    private RpcMetadata() {}

    private static Key<String> key(String name) {
        return Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** The caller's own id if it sent a valid one, else a new one. */
    public static String requestId(Metadata metadata) {
        String sent = metadata.get(REQUEST_ID);
        if (sent != null && VALID_ID.matcher(sent).matches()) {
            return sent;
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return "req-" + Long.toHexString(random.nextLong() | Long.MIN_VALUE) + Integer.toHexString(random.nextInt());
    }

    public static List<String> all(Metadata metadata, Key<String> key) {
        Iterable<String> values = metadata.getAll(key);
        List<String> all = new ArrayList<>(1);
        if (values != null) {
            values.forEach(all::add);
        }
        return all;
    }

    /**
     * Text metadata of a caller becomes headers of the exchange, except credentials and headers that control Camel or a
     * flow.
     */
    static void enter(Metadata metadata, Message message) {
        for (String name : metadata.keys()) {
            if (IncomingNames.mayEnter(name)
                    && !name.startsWith(OF_LIMITS)
                    && !name.equals(DROPPED)
                    && !name.equals(SUMMARIZED)
                    && !name.endsWith("-bin")) {
                message.setHeader(name, metadata.get(key(name)));
            }
        }
    }

    static void leave(Message message, Metadata metadata) {
        for (Key<String> key : OUTGOING) {
            String value = message.getHeader(key.name(), String.class);
            if (value != null) {
                metadata.put(key, value);
            }
        }
    }
}
