package io.inference.http.docs;

import io.inference.security.issuer.SignIn;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The OpenAPI document and the page that shows it, on which a person may sign in at the issuer. */
@RestController
class DocsController {
    private static final Logger log = LoggerFactory.getLogger(DocsController.class);
    private static final MediaType HTML = MediaType.parseMediaType("text/html; charset=utf-8");

    private final OpenApiDocument document;
    private final PublishedPaths published;
    private final SignIn signIn;
    private final DocsPage page = new DocsPage();
    private final AtomicBoolean signInFails = new AtomicBoolean();

    DocsController(OpenApiDocument document, PublishedPaths published, SignIn signIn) {
        this.document = document;
        this.published = published;
        this.signIn = signIn;
    }

    @GetMapping(path = "/openapi.json")
    ResponseEntity<byte[]> openApi() {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .header("Cache-Control", "no-cache")
                .body(document.json(published.paths(), endpoints()));
    }

    @GetMapping(path = "/docs")
    ResponseEntity<byte[]> docs() {
        SignIn.Endpoints endpoints = endpoints();
        return ResponseEntity.ok()
                .contentType(HTML)
                .header("Content-Security-Policy", DocsPage.contentSecurityPolicy(endpoints))
                .header("Cache-Control", "no-cache")
                .body(page.html(signIn, endpoints));
    }

    /** Where the issuer sends the browser back to. */
    @GetMapping(path = "/docs/oauth2-redirect.html")
    ResponseEntity<byte[]> signedIn() {
        return ResponseEntity.ok()
                .contentType(HTML)
                .header("Content-Security-Policy", DocsPage.REDIRECT_POLICY)
                .header("Cache-Control", "no-store")
                .body(page.redirect());
    }

    /** The page's links are relative, so it has one address alone. */
    @GetMapping(path = "/docs/")
    ResponseEntity<Void> docsWithSlash() {
        return ResponseEntity.status(308).header("Location", "../docs").build();
    }

    /** The page comes without them too, and says so. */
    private SignIn.@Nullable Endpoints endpoints() {
        if (!(signIn instanceof SignIn.AtIssuer issuer)) {
            return null;
        }
        try {
            SignIn.Endpoints endpoints = issuer.endpoints();
            signInFails.set(false);
            return endpoints;
        } catch (IOException e) {
            // Once until it works again: anybody may load the page.
            if (signInFails.compareAndSet(false, true)) {
                log.warn("nobody can sign in at /docs: {}", e.getMessage());
            }
            return null;
        }
    }
}
