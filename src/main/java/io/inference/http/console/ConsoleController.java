package io.inference.http.console;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.HttpErrors;
import io.inference.http.answer.RequestId;
import io.inference.http.console.ConsoleFiles.ConsoleFile;
import io.inference.http.security.SignInAddresses;
import io.inference.security.issuer.SignIn;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The console's page and its files, without authentication; browsers revalidate their copies on each use. */
@RestController
class ConsoleController {
    /**
     * The page runs only its own files, connects only to this service and the issuer, and cannot turn text into markup.
     * Pictures that it fetched with its token are blobs.
     */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; %s; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private final ConsoleFiles files = new ConsoleFiles();
    private final SignInAddresses signIn;

    ConsoleController(SignInAddresses signIn) {
        this.signIn = signIn;
    }

    @GetMapping("/console")
    ResponseEntity<byte[]> page(HttpServletRequest request) {
        return answer(files.find(ConsoleFiles.PAGE), signIn.endpoints(), request);
    }

    /** The issuer's sign-in settings by their OAuth names; empty if users do not sign in at an issuer. */
    @GetMapping("/console/issuer.json")
    ResponseEntity<?> issuer(HttpServletRequest request) {
        SignIn.Endpoints endpoints = signIn.endpoints();
        if (!(signIn.signIn() instanceof SignIn.AtIssuer issuer)) {
            return ResponseEntity.ok().cacheControl(CacheControl.noCache()).body(Map.of());
        }
        if (endpoints == null) {
            return refusal(HttpErrors.answer(
                    request.getRequestURI(),
                    "",
                    RequestId.of(request),
                    new InferenceException(ErrorCode.UNAVAILABLE, "the issuer does not say where to sign in")));
        }
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noCache())
                .body(Map.of(
                        "client_id", issuer.clientId(),
                        "audience", issuer.audience(),
                        "authorization_endpoint", endpoints.authorization(),
                        "token_endpoint", endpoints.token()));
    }

    /** The page's links are relative, so it has only one address. */
    @GetMapping("/console/")
    ResponseEntity<Void> pageWithSlash() {
        return ResponseEntity.status(308).header("Location", "../console").build();
    }

    @GetMapping("/console/{name}")
    ResponseEntity<byte[]> file(@PathVariable("name") String name, HttpServletRequest request) {
        boolean page = name.equals(ConsoleFiles.PAGE);
        return answer(page ? Optional.empty() : files.find(name), null, request);
    }

    private static ResponseEntity<byte[]> answer(
            Optional<ConsoleFile> found, SignIn.@Nullable Endpoints endpoints, HttpServletRequest request) {
        if (found.isEmpty()) {
            return refusal(HttpErrors.pathNotFound(request.getRequestURI(), "", RequestId.of(request)));
        }
        ConsoleFile file = found.get();
        return ResponseEntity.ok()
                .contentType(file.type())
                .header(
                        "Content-Security-Policy",
                        CONTENT_SECURITY_POLICY.formatted(SignInAddresses.connectSources(endpoints)))
                .cacheControl(CacheControl.noCache())
                .eTag(file.etag())
                .body(file.content());
    }

    private static ResponseEntity<byte[]> refusal(HttpAnswer.Whole refusal) {
        return ResponseEntity.status(refusal.status())
                .header("Content-Type", refusal.contentType())
                .body(refusal.body());
    }
}
