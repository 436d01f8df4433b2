package io.inference;

import io.inference.api.backend.ModelInfo;
import io.inference.config.Settings;
import io.inference.grpc.server.GrpcDoor;
import io.inference.models.ModelDirectory;
import io.inference.security.jwt.LocalIssuer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.context.WebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Reports the service's addresses, and how to try it, once it listens. */
@Component
class Greeting {
    private static final Logger log = LoggerFactory.getLogger(Greeting.class);

    private final StartSettings settings;
    private final ModelDirectory models;
    private final GrpcDoor grpc;
    private final ObjectProvider<LocalIssuer> embedded;

    Greeting(Settings settings, ModelDirectory models, GrpcDoor grpc, ObjectProvider<LocalIssuer> embedded) {
        this.settings = StartSettings.of(settings);
        this.models = models;
        this.grpc = grpc;
        this.embedded = embedded;
    }

    @EventListener
    void greet(ApplicationReadyEvent ready) {
        if (!(ready.getApplicationContext() instanceof WebServerApplicationContext web)) {
            return;
        }
        String scheme = settings.tls() ? "https://" : "http://";
        String base = scheme + settings.host() + ":" + web.getWebServer().getPort();
        List<ModelInfo> known = models.models();
        List<String> names = known.stream().map(Greeting::name).distinct().toList();
        String model = known.stream()
                .filter(each -> !each.capabilities().equals(ModelInfo.FOR_IMAGES))
                .map(ModelInfo::id)
                .findFirst()
                .orElse("MODEL");
        boolean open = settings.authenticationOff();
        log.info(
                """
                listening on {} (OpenAI's API below /{}, Ollama's below /api, documentation at /docs)
                  gRPC: {}:{}{}
                  models: {}
                  token: {}
                  try: curl {}/{}/chat/completions{} -H 'Content-Type: application/json' -d '{}'""",
                base,
                settings.apiVersion(),
                grpc.host(),
                grpc.port(),
                grpc.secure() ? ", with TLS" : "",
                names.isEmpty() ? "none yet" : String.join(", ", names),
                token(base, open),
                base,
                settings.apiVersion(),
                open ? "" : " -H \"Authorization: Bearer $TOKEN\"",
                "{\"model\":\"" + model
                        + "\",\"messages\":[{\"role\":\"user\",\"content\":\"What is the capital of Japan?\"}]}");
    }

    private static String name(ModelInfo model) {
        return model.state() == ModelInfo.State.LOADING ? model.id() + " (loading)" : model.id();
    }

    private String token(String base, boolean open) {
        if (open) {
            return "none is needed, since only callers on this machine are accepted";
        }
        if (embedded.getIfAvailable() != null) {
            return "TOKEN=$(curl -s '" + base + "/dev/token?sub=me')";
        }
        return settings.issuer() == null ? "an API key, as TOKEN" : "from " + settings.issuer() + ", as TOKEN";
    }
}
