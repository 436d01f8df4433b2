package io.inference.http.console;

import io.inference.wire.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;

/** The console's files, in memory. Only listed names are served: nothing is looked up on disk by a caller's input. */
final class ConsoleFiles {
    static final String PAGE = "index.html";

    private static final String FOLDER = "console/";
    private static final int ETAG_BYTES = 16;

    private static final MediaType HTML = MediaType.parseMediaType("text/html; charset=utf-8");
    private static final MediaType SCRIPT = MediaType.parseMediaType("text/javascript; charset=utf-8");
    private static final MediaType STYLE = MediaType.parseMediaType("text/css; charset=utf-8");
    private static final MediaType DRAWING = MediaType.parseMediaType("image/svg+xml");

    /** Every file of the page; a test checks that the folder has exactly these. */
    static final Map<String, MediaType> LISTED = Map.ofEntries(
            Map.entry(PAGE, HTML),
            Map.entry("console.css", STYLE),
            Map.entry("icon.svg", DRAWING),
            Map.entry("actions.js", SCRIPT),
            Map.entry("api.js", SCRIPT),
            Map.entry("app.js", SCRIPT),
            Map.entry("backends.js", SCRIPT),
            Map.entry("changes.js", SCRIPT),
            Map.entry("chat.js", SCRIPT),
            Map.entry("conversation.js", SCRIPT),
            Map.entry("conversation-entries.js", SCRIPT),
            Map.entry("conversations.js", SCRIPT),
            Map.entry("diagram.js", SCRIPT),
            Map.entry("dom.js", SCRIPT),
            Map.entry("embeddings.js", SCRIPT),
            Map.entry("failing.js", SCRIPT),
            Map.entry("file.js", SCRIPT),
            Map.entry("format.js", SCRIPT),
            Map.entry("gallery.js", SCRIPT),
            Map.entry("images.js", SCRIPT),
            Map.entry("issuer.js", SCRIPT),
            Map.entry("layout.js", SCRIPT),
            Map.entry("playground.js", SCRIPT),
            Map.entry("poll.js", SCRIPT),
            Map.entry("rates.js", SCRIPT),
            Map.entry("request.js", SCRIPT),
            Map.entry("routes.js", SCRIPT),
            Map.entry("search.js", SCRIPT),
            Map.entry("session.js", SCRIPT),
            Map.entry("settings.js", SCRIPT),
            Map.entry("sign-in.js", SCRIPT),
            Map.entry("status-line.js", SCRIPT),
            Map.entry("stream.js", SCRIPT));

    private final Map<String, ConsoleFile> files = new ConcurrentHashMap<>();

    /** @param etag changes with the content; with the quotes of the header */
    @SuppressWarnings("ArrayRecordComponent") // Files are never compared, and the bytes never changed.
    record ConsoleFile(MediaType type, String etag, byte[] content) {}

    ConsoleFiles() {
        LISTED.forEach((name, type) -> files.put(name, read(name, type)));
    }

    Optional<ConsoleFile> find(String name) {
        return Optional.ofNullable(files.get(name));
    }

    private static ConsoleFile read(String name, MediaType type) {
        try {
            byte[] content = new ClassPathResource(FOLDER + name).getContentAsByteArray();
            byte[] digest = Sha256.digest().digest(content);
            return new ConsoleFile(type, '"' + HexFormat.of().formatHex(digest, 0, ETAG_BYTES) + '"', content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
