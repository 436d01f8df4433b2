package io.inference.grpc.server;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.inference.grpc.v1.ChatRequest;
import io.inference.grpc.v1.ChatResponse;
import io.inference.grpc.v1.InferenceServiceGrpc;
import io.inference.grpc.v1.Message;
import io.inference.security.AuditLog;
import io.inference.security.network.LocalMachineProvider;
import java.io.IOException;
import java.util.concurrent.Executors;
import org.springframework.security.authentication.ProviderManager;

/** grpc-java alone with the door's interceptor, answering chats with their question: the baseline for the door. */
public final class BareEcho implements AutoCloseable {
    private final CallSlots slots = new CallSlots(100);
    private final Server server;

    public BareEcho() throws IOException {
        var manager = new ProviderManager(new LocalMachineProvider(true));
        var authentication = new RpcAuthentication(manager, true, new AuditLog());
        server = NettyServerBuilder.forPort(0)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .intercept(new DoorInterceptor(authentication, slots))
                .addService(new Echo())
                .build()
                .start();
    }

    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static final class Echo extends InferenceServiceGrpc.InferenceServiceImplBase {
        @Override
        public void chat(ChatRequest request, StreamObserver<ChatResponse> answer) {
            answer.onNext(ChatResponse.newBuilder()
                    .setMessage(Message.newBuilder()
                            .setRole("assistant")
                            .setContent(request.getMessages(0).getContent()))
                    .setFinishReason("stop")
                    .setModel(request.getModel())
                    .build());
            answer.onCompleted();
        }
    }
}
