package io.inference.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Grpc;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.inference.call.Calls;
import io.inference.grpc.Certificates;
import io.inference.grpc.GrpcCaller;
import io.inference.security.AuditLog;
import io.inference.security.GroupNames;
import io.inference.security.UserAccess;
import io.inference.security.network.InternalAccess;
import io.inference.security.network.RpcKeyProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.authentication.ProviderManager;

class CertificateRenewalTest {
    @TempDir
    Path folder;

    @Test
    void aRenewedCertificateIsTakenOnWhileTheServerRuns() throws Exception {
        Certificates.authority(folder, "first");
        Certificates.authority(folder, "second");
        renew("first");
        GrpcDoor door = door();
        door.start();
        try {
            assertThat(health(door, "first")).isEqualTo(ServingStatus.SERVING);
            renew("second");
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(health(door, "second")).isEqualTo(ServingStatus.SERVING));
        } finally {
            door.stop();
        }
    }

    private void renew(String name) throws Exception {
        for (String kind : new String[] {".pem", ".key"}) {
            Files.copy(
                    folder.resolve(name + kind), folder.resolve("server" + kind), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private GrpcDoor door() {
        var audit = new AuditLog();
        return new GrpcDoor(
                new GrpcSettings(
                        "127.0.0.1",
                        0,
                        1,
                        1 << 20,
                        10,
                        false,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(1),
                        new GrpcSettings.Tls(
                                folder.resolve("server.pem"),
                                folder.resolve("server.key"),
                                null,
                                Duration.ofMillis(50)),
                        false,
                        new InternalAccess("", "", "")),
                List.of(),
                new ProviderManager(new RpcKeyProvider(new InternalAccess("", "", ""))),
                new UserAccess(GroupNames.parse("")),
                new Calls(List.of(), Duration.ZERO),
                audit);
    }

    private ServingStatus health(GrpcDoor door, String trusted) throws Exception {
        var credentials = TlsChannelCredentials.newBuilder()
                .trustManager(folder.resolve(trusted + ".pem").toFile())
                .build();
        try (var caller = new GrpcCaller(Grpc.newChannelBuilderForAddress("localhost", door.port(), credentials)
                .build())) {
            return HealthGrpc.newBlockingStub(caller.channel())
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus();
        }
    }
}
