package io.inference.http.docs;

import io.inference.http.security.SignInAddresses;
import io.inference.security.issuer.SignIn;
import org.springframework.context.annotation.Lazy;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The OpenAPI document and the page that shows it, on which users can sign in at the issuer. */
@RestController
@Lazy
class DocsController {
    private static final MediaType HTML = MediaType.parseMediaType("text/html; charset=utf-8");

    private final OpenApiDocument document;
    private final PublishedPaths published;
    private final SignInAddresses signIn;
    private final DocsPage page = new DocsPage();

    DocsController(OpenApiDocument document, PublishedPaths published, SignInAddresses signIn) {
        this.document = document;
        this.published = published;
        this.signIn = signIn;
    }

    @GetMapping(path = "/openapi.json")
    ResponseEntity<byte[]> openApi() {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .header("Cache-Control", "no-cache")
                .body(document.json(published.paths(), signIn.endpoints()));
    }

    @GetMapping(path = "/docs")
    ResponseEntity<byte[]> docs() {
        SignIn.Endpoints endpoints = signIn.endpoints();
        return ResponseEntity.ok()
                .contentType(HTML)
                .header("Content-Security-Policy", DocsPage.contentSecurityPolicy(endpoints))
                .header("Cache-Control", "no-cache")
                .body(page.html(signIn.signIn(), endpoints));
    }

    /** The page to which the issuer redirects the browser. */
    @GetMapping(path = "/docs/oauth2-redirect.html")
    ResponseEntity<byte[]> signedIn() {
        return ResponseEntity.ok()
                .contentType(HTML)
                .header("Content-Security-Policy", DocsPage.REDIRECT_POLICY)
                .header("Cache-Control", "no-store")
                .body(page.redirect());
    }

    /** The page's links are relative, so it has only one address. */
    @GetMapping(path = "/docs/")
    ResponseEntity<Void> docsWithSlash() {
        return ResponseEntity.status(308).header("Location", "../docs").build();
    }
}
