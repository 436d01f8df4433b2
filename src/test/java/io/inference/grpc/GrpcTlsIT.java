package io.inference.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Grpc;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.inference.RunningService;
import io.inference.grpc.server.ListenException;
import io.inference.grpc.v1.ListModelsRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the door listens: with certificates, and when it cannot. */
class GrpcTlsIT {
    @TempDir
    static Path folder;

    @BeforeAll
    static void makeCertificates() throws Exception {
        Certificates.authority(folder, "authority");
        Certificates.authority(folder, "strangers");
        Certificates.signed(folder, "server", "authority");
        Certificates.signed(folder, "caller", "authority");
        Certificates.signed(folder, "stranger", "strangers");
    }

    @Test
    void aCallerThatTrustsTheAuthorityIsServedAndPlainTextIsNot() throws Exception {
        try (RunningService service = start()) {
            try (GrpcCaller caller = caller(service, TlsChannelCredentials.newBuilder())) {
                assertThat(models(caller)).isZero();
            }
            try (GrpcCaller plain = new GrpcCaller(service.grpcPort())) {
                assertUnavailable(plain);
            }
        }
    }

    @Test
    void aCallerNeedsACertificateOfTheAuthority() throws Exception {
        try (RunningService service = start("--grpc-client-ca-file=" + file("authority.pem"))) {
            try (GrpcCaller caller = caller(
                    service,
                    TlsChannelCredentials.newBuilder()
                            .keyManager(
                                    folder.resolve("caller.pem").toFile(),
                                    folder.resolve("caller.key").toFile()))) {
                assertThat(models(caller)).isZero();
            }
            try (GrpcCaller stranger = caller(
                    service,
                    TlsChannelCredentials.newBuilder()
                            .keyManager(
                                    folder.resolve("stranger.pem").toFile(),
                                    folder.resolve("stranger.key").toFile()))) {
                assertUnavailable(stranger);
            }
            try (GrpcCaller nobody = caller(service, TlsChannelCredentials.newBuilder())) {
                assertUnavailable(nobody);
            }
        }
    }

    @Test
    void filesThatCannotBeUsedStopTheStartAndAreNamed() throws IOException {
        Path rubbish = Files.writeString(folder.resolve("rubbish.pem"), "rubbish");
        assertRefused(rubbish, file("server.key"), "GRPC_CERT_FILE names '" + rubbish + "', which is no PEM file");
        assertRefused(
                file("server.pem"),
                file("caller.key"),
                "GRPC_KEY_FILE names '" + file("caller.key")
                        + "', which is not the key of the first certificate in GRPC_CERT_FILE");
    }

    private static void assertRefused(Path certificate, Path key, String fault) {
        assertThatThrownBy(() -> RunningService.start(
                        "--grpc-use-tls=true", "--grpc-cert-file=" + certificate, "--grpc-key-file=" + key))
                .hasStackTraceContaining(fault)
                .hasStackTraceContaining(ListenException.class.getName());
    }

    @Test
    void aPortThatIsTakenStopsTheStartAndIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> RunningService.start("--grpc-port=" + taken.getLocalPort()))
                    .hasStackTraceContaining("GRPC_PORT holds " + taken.getLocalPort());
        }
    }

    private static RunningService start(String... options) {
        String[] all = new String[options.length + 3];
        all[0] = "--grpc-use-tls=true";
        all[1] = "--grpc-cert-file=" + file("server.pem");
        all[2] = "--grpc-key-file=" + file("server.key");
        System.arraycopy(options, 0, all, 3, options.length);
        return RunningService.start(all);
    }

    private static Path file(String name) {
        return folder.resolve(name);
    }

    private static GrpcCaller caller(RunningService service, TlsChannelCredentials.Builder credentials)
            throws IOException {
        credentials.trustManager(file("authority.pem").toFile());
        return new GrpcCaller(Grpc.newChannelBuilderForAddress("localhost", service.grpcPort(), credentials.build())
                .build());
    }

    private static int models(GrpcCaller caller) {
        return caller.stub().listModels(ListModelsRequest.getDefaultInstance()).getModelsCount();
    }

    private static void assertUnavailable(GrpcCaller caller) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> models(caller));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    }
}
