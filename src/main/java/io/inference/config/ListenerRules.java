package io.inference.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.core.env.PropertyResolver;

/**
 * Rules about settings that belong together, checked before any listener opens. Without authentication only this
 * machine may reach the service.
 */
final class ListenerRules {
    private static final Set<String> LOOPBACK = Set.of("localhost", "::1", "[::1]");

    private final PropertyResolver settings;

    ListenerRules(PropertyResolver settings) {
        this.settings = settings;
    }

    List<String> faults() {
        List<String> faults = new ArrayList<>();
        boolean issuer = has("auth-issuer");
        boolean off = "true".equalsIgnoreCase(text("disable-auth"));
        boolean configured = issuer && has("auth-audience") || has("bootstrap-api-key");
        if (issuer != has("auth-audience")) {
            faults.add((issuer ? "AUTH_AUDIENCE" : "AUTH_ISSUER")
                    + " is not set; AUTH_ISSUER and AUTH_AUDIENCE go together");
        }
        if (has("auth-jwks-uri") && !issuer) {
            faults.add("AUTH_JWKS_URI is of no use without AUTH_ISSUER");
        }
        if (has("auth-client-id") && !issuer) {
            faults.add("AUTH_CLIENT_ID is of no use without AUTH_ISSUER");
        }
        if (has("auth-client-secret") && !has("auth-client-id")) {
            faults.add("AUTH_CLIENT_SECRET is of no use without AUTH_CLIENT_ID");
        }
        String port = text("port");
        if (!port.equals("0") && port.equals(text("management-port"))) {
            faults.add("MANAGEMENT_PORT holds '" + port + "', which is PORT as well; callers must not reach it");
        }
        for (String key : listeners()) {
            String host = text(key);
            if (!isLoopback(host) && (off || !configured)) {
                faults.add(key.toUpperCase(Locale.ROOT).replace('-', '_') + " holds '" + host
                        + "'; it accepts a loopback address only while "
                        + (off
                                ? "DISABLE_AUTH=true"
                                : "neither AUTH_ISSUER and AUTH_AUDIENCE nor BOOTSTRAP_API_KEY are set"));
            }
        }
        if (isProduction() && !off && !configured) {
            faults.add("PROFILE=production needs AUTH_ISSUER and AUTH_AUDIENCE, or BOOTSTRAP_API_KEY");
        }
        faults.addAll(grpcFaults());
        faults.addAll(production());
        if (has("tls-cert-file") != has("tls-key-file")) {
            faults.add((has("tls-cert-file") ? "TLS_KEY_FILE" : "TLS_CERT_FILE")
                    + " is not set; TLS_CERT_FILE and TLS_KEY_FILE go together");
        }
        return faults;
    }

    /** Listeners that have an address of their own. */
    private List<String> listeners() {
        String own = text("inference-services-host");
        boolean same = own.isEmpty() || own.equals(text("host"));
        return same ? List.of("host") : List.of("host", "inference-services-host");
    }

    private List<String> grpcFaults() {
        List<String> faults = new ArrayList<>();
        boolean tls = isOn("grpc-use-tls");
        if (isOn("grpc-require-api-key") && !has("grpc-api-key")) {
            faults.add("GRPC_REQUIRE_API_KEY=true needs GRPC_API_KEY");
        }
        if (tls && !(has("grpc-cert-file") && has("grpc-key-file"))) {
            faults.add("GRPC_USE_TLS=true needs GRPC_CERT_FILE and GRPC_KEY_FILE");
        }
        if (!tls && (has("grpc-cert-file") || has("grpc-key-file") || has("grpc-client-ca-file"))) {
            faults.add("GRPC_CERT_FILE, GRPC_KEY_FILE and GRPC_CLIENT_CA_FILE are of no use without GRPC_USE_TLS=true");
        }
        return faults;
    }

    /** In production nothing embedded starts, so every server must be named. */
    private List<String> production() {
        List<String> faults = new ArrayList<>();
        if (isProduction() && !has("db-host") && !has("db-connection-string")) {
            faults.add("PROFILE=production needs DB_HOST or DB_CONNECTION_STRING; nothing embedded starts there");
        }
        boolean redis = !"false".equalsIgnoreCase(text("redis-enabled"));
        if (isProduction() && redis && !has("redis-host")) {
            faults.add(
                    "PROFILE=production needs REDIS_HOST, or REDIS_ENABLED=false: each replica counts for itself then");
        }
        boolean rabbitMq = !"false".equalsIgnoreCase(text("rabbitmq-enabled"));
        if (isProduction() && rabbitMq && !has("rabbitmq-host")) {
            faults.add(
                    "PROFILE=production needs RABBITMQ_HOST, or RABBITMQ_ENABLED=false: that door stays closed then");
        }
        return faults;
    }

    private boolean isOn(String key) {
        return "true".equalsIgnoreCase(text(key));
    }

    private boolean isProduction() {
        return "production".equalsIgnoreCase(text("profile"));
    }

    private boolean has(String key) {
        return !text(key).isEmpty();
    }

    /** Empty if there is none. */
    private String text(String key) {
        String given = Settings.given(settings, key);
        return given == null ? "" : given.strip();
    }

    static boolean isLoopback(String host) {
        return LOOPBACK.contains(host) || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }
}
