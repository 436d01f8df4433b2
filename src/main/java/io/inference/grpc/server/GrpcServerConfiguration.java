package io.inference.grpc.server;

import inference.GRPCInferenceServiceGrpc;
import io.grpc.ServiceDescriptor;
import io.inference.call.Calls;
import io.inference.config.Settings;
import io.inference.grpc.v1.InferenceServiceGrpc;
import io.inference.routes.door.PublishingPoint;
import io.inference.security.AuditLog;
import io.inference.security.UserAccess;
import io.inference.security.network.RpcKeyProvider;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;

/** The gRPC door. */
@Configuration(proxyBeanMethods = false)
class GrpcServerConfiguration {
    /** The services that routes may serve. */
    static final List<ServiceDescriptor> SERVICES =
            List.of(InferenceServiceGrpc.getServiceDescriptor(), GRPCInferenceServiceGrpc.getServiceDescriptor());

    @Bean
    GrpcSettings grpcSettings(Settings settings) {
        return GrpcSettings.of(settings);
    }

    @Bean
    GrpcDoor grpcDoor(
            GrpcSettings settings,
            AuthenticationManager authentication,
            UserAccess users,
            Calls calls,
            AuditLog audit) {
        return new GrpcDoor(settings, SERVICES, authentication, users, calls, audit);
    }

    @Bean
    AuthenticationProvider rpcKeyProvider(GrpcSettings settings) {
        return new RpcKeyProvider(settings.keys());
    }

    @Bean
    PublishingPoint grpcPublishingPoint(GrpcDoor door) {
        return door.publishingPoint();
    }
}
