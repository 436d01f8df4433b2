package io.inference;

import inference.GRPCInferenceServiceGrpc;
import io.grpc.ServiceDescriptor;
import io.inference.api.call.CallListener;
import io.inference.config.Settings;
import io.inference.grpc.server.GrpcDoor;
import io.inference.grpc.server.GrpcSettings;
import io.inference.grpc.v1.InferenceServiceGrpc;
import io.inference.routes.PublishingPoint;
import io.inference.security.AuditLog;
import io.inference.security.network.InternalAccess;
import io.inference.security.network.RpcKeyProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;

/** The gRPC door. */
@Configuration(proxyBeanMethods = false)
class GrpcConfiguration {
    /** What routes may serve. */
    static final List<ServiceDescriptor> SERVICES =
            List.of(InferenceServiceGrpc.getServiceDescriptor(), GRPCInferenceServiceGrpc.getServiceDescriptor());

    private static final Duration CERTIFICATE_RELOAD = Duration.ofSeconds(2);

    @Bean
    GrpcDoor grpcDoor(
            Settings settings, AuthenticationManager authentication, List<CallListener> listeners, AuditLog audit) {
        return new GrpcDoor(
                doorSettings(settings), SERVICES, authentication, settings.flag("disable-auth"), listeners, audit);
    }

    @Bean
    AuthenticationProvider rpcKeyProvider(Settings settings) {
        String keys = settings.optionalText("grpc-api-key").orElse("");
        String accepted = settings.flag("grpc-require-api-key") ? keys : "";
        String allowed = settings.optionalText("grpc-allowed-ips").orElse("");
        return new RpcKeyProvider(new InternalAccess(accepted, allowed, ""));
    }

    @Bean
    PublishingPoint grpcPublishingPoint(GrpcDoor door) {
        return door.publishingPoint();
    }

    private static GrpcSettings doorSettings(Settings settings) {
        int port = settings.optionalWhole("grpc-port").orElse(settings.whole("inference-services-port"));
        long largest = Math.min(settings.whole("grpc-max-message-size"), settings.bytes("max-request-size"));
        return new GrpcSettings(
                settings.optionalText("inference-services-host").orElse(settings.text("host")),
                port,
                settings.whole("grpc-max-workers"),
                Math.toIntExact(largest),
                settings.whole("grpc-max-concurrent-rpcs"),
                settings.flag("grpc-enable-reflection"),
                settings.time("request-timeout"),
                settings.time("shutdown-grace"),
                tls(settings));
    }

    private static GrpcSettings.@Nullable Tls tls(Settings settings) {
        Optional<Path> certificates = settings.optionalText("grpc-cert-file").map(Path::of);
        Optional<Path> key = settings.optionalText("grpc-key-file").map(Path::of);
        Optional<Path> authority = settings.optionalText("grpc-client-ca-file").map(Path::of);
        return settings.flag("grpc-use-tls")
                ? new GrpcSettings.Tls(
                        certificates.orElseThrow(), key.orElseThrow(), authority.orElse(null), CERTIFICATE_RELOAD)
                : null;
    }
}
