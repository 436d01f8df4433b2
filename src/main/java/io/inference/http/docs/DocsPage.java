package io.inference.http.docs;

import io.inference.http.security.SignInAddresses;
import io.inference.security.issuer.SignIn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.web.util.HtmlUtils;

/** The page's text and its content security policy. */
final class DocsPage {
    /**
     * The page to which the issuer redirects the browser runs one script, which hands the code to the page that opened
     * it.
     */
    static final String REDIRECT_POLICY =
            "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String ATTRIBUTES = " data-sign-in";
    private static final String NOTE = "<p id=\"sign-in-note\"></p>";

    private final String page = read("docs/index.html");
    private final byte[] redirect = read("docs/oauth2-redirect.html").getBytes(StandardCharsets.UTF_8);

    /** The page runs only its own scripts and connects only to this service and the token endpoint. */
    static String contentSecurityPolicy(SignIn.@Nullable Endpoints endpoints) {
        return "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                + SignInAddresses.connectSources(endpoints)
                + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /** @param endpoints null if signing in is not possible, or not now */
    byte[] html(SignIn signIn, SignIn.@Nullable Endpoints endpoints) {
        String attributes = "";
        if (signIn instanceof SignIn.AtIssuer issuer && endpoints != null) {
            attributes = " data-client-id=\"" + HtmlUtils.htmlEscape(issuer.clientId()) + "\" data-audience=\""
                    + HtmlUtils.htmlEscape(issuer.audience()) + "\"";
        }
        String text = page.replace(ATTRIBUTES, attributes).replace(NOTE, note(signIn, endpoints));
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String note(SignIn signIn, SignIn.@Nullable Endpoints endpoints) {
        return switch (signIn) {
            case SignIn.Elsewhere elsewhere -> "";
            case SignIn.OnThisMachine here ->
                "<p>This service has no issuer but its own: get a token at <a href=\"dev/token?sub=me\">dev/token</a>"
                        + " and paste it under <em>Authorize</em>.</p>";
            case SignIn.AtIssuer issuer
            when endpoints == null ->
                "<p role=\"alert\">Signing in is not possible now: the issuer cannot be asked where to."
                        + " Load this page again in a while, or paste a token under <em>Authorize</em>.</p>";
            case SignIn.AtIssuer issuer -> "";
        };
    }

    byte[] redirect() {
        return redirect;
    }

    private static String read(String file) {
        try {
            return new ClassPathResource(file).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
