package io.inference.embedded;

import io.inference.security.jwt.LocalIssuer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Issues tokens to callers on this machine, which the REST endpoint has checked, and serves the issuer's metadata and
 * keys.
 */
@RestController
@ConditionalOnNoIssuer
class EmbeddedIssuerController {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@-]{1,128}");
    private static final long LONGEST_SECONDS = Duration.ofDays(30).toSeconds();

    private final EmbeddedIssuer issuer;

    EmbeddedIssuerController(EmbeddedIssuer issuer) {
        this.issuer = issuer;
    }

    @GetMapping(path = "/dev/token")
    ResponseEntity<String> token(
            @RequestParam(defaultValue = "me") String sub,
            @RequestParam(defaultValue = "") List<String> groups,
            @RequestParam(defaultValue = "3600") String ttl) {
        List<String> names = groups.stream().filter(name -> !name.isEmpty()).toList();
        boolean sound = NAME.matcher(sub).matches()
                && names.stream().allMatch(name -> NAME.matcher(name).matches())
                && ttl.matches("[1-9][0-9]{0,6}")
                && Long.parseLong(ttl) <= LONGEST_SECONDS;
        ResponseEntity.BodyBuilder answer = sound ? ResponseEntity.ok() : ResponseEntity.badRequest();
        return answer.contentType(MediaType.TEXT_PLAIN)
                .header("Cache-Control", "no-store")
                .body(
                        sound
                                ? issuer.token(sub, names, Duration.ofSeconds(Long.parseLong(ttl)))
                                : "sub and groups are names of letters, digits and ._@-;"
                                        + " ttl is seconds, 2592000 at most");
    }

    @GetMapping(path = "/dev/issuer/.well-known/openid-configuration")
    Map<String, Object> metadata() {
        LocalIssuer local = issuer;
        return Map.of(
                "issuer", local.issuer(),
                "jwks_uri", local.issuer() + "/jwks",
                "id_token_signing_alg_values_supported", List.of("ES256"),
                "response_types_supported", List.of("token"),
                "subject_types_supported", List.of("public"));
    }

    @GetMapping(path = "/dev/issuer/jwks")
    Map<String, Object> keys() {
        return issuer.fetch().toJSONObject();
    }
}
