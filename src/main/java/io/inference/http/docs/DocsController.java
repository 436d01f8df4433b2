package io.inference.http.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The OpenAPI document and the page that shows it. */
@RestController
class DocsController {
    /** The page runs nothing but its own scripts and talks to nobody but this service. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final OpenApiDocument document;
    private final PublishedPaths published;
    private final byte[] page;

    DocsController(OpenApiDocument document, PublishedPaths published) {
        this.document = document;
        this.published = published;
        try {
            this.page = new ClassPathResource("docs/index.html").getContentAsByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @GetMapping(path = "/openapi.json")
    ResponseEntity<byte[]> openApi() {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .header("Cache-Control", "no-cache")
                .body(document.json(published.paths()));
    }

    @GetMapping(path = "/docs")
    ResponseEntity<byte[]> docs() {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("text/html; charset=utf-8"))
                .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .header("Cache-Control", "no-cache")
                .body(page);
    }

    /** The page's links are relative, so it has one address alone. */
    @GetMapping(path = "/docs/")
    ResponseEntity<Void> docsWithSlash() {
        return ResponseEntity.status(308).header("Location", "../docs").build();
    }
}
