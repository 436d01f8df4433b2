package io.inference.http.console;

import io.inference.http.HttpErrors;
import io.inference.http.RequestId;
import io.inference.http.console.ConsoleFiles.ConsoleFile;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The console's page and its files, for anybody; a browser asks each time whether its copy is still the one. */
@RestController
class ConsoleController {
    /** The page runs its own files alone, talks to nobody but this service, and cannot make markup out of text. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private final ConsoleFiles files = new ConsoleFiles();

    @GetMapping("/console")
    ResponseEntity<byte[]> page(HttpServletRequest request) {
        return answer(files.find(ConsoleFiles.PAGE), request);
    }

    /** The page's links are relative, so it has one address alone. */
    @GetMapping("/console/")
    ResponseEntity<Void> pageWithSlash() {
        return ResponseEntity.status(308).header("Location", "../console").build();
    }

    @GetMapping("/console/{name}")
    ResponseEntity<byte[]> file(@PathVariable("name") String name, HttpServletRequest request) {
        boolean page = name.equals(ConsoleFiles.PAGE);
        return answer(page ? Optional.empty() : files.find(name), request);
    }

    private static ResponseEntity<byte[]> answer(Optional<ConsoleFile> found, HttpServletRequest request) {
        if (found.isEmpty()) {
            var missing = HttpErrors.pathNotFound(request.getRequestURI(), "", RequestId.of(request));
            return ResponseEntity.status(missing.status())
                    .header("Content-Type", missing.contentType())
                    .body(missing.body());
        }
        ConsoleFile file = found.get();
        return ResponseEntity.ok()
                .contentType(file.type())
                .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .cacheControl(CacheControl.noCache())
                .eTag(file.etag())
                .body(file.content());
    }
}
