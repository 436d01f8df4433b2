package io.inference.bench;

import io.inference.grpc.GrpcCaller;
import io.inference.grpc.v1.ChatRequest;
import io.inference.grpc.v1.Message;
import java.util.concurrent.TimeUnit;

/** Chats by gRPC, over one connection. */
final class GrpcLoad implements DoorLoad {
    private static final long PATIENCE_SECONDS = 60;

    private final GrpcCaller caller;

    GrpcLoad(int port) {
        caller = new GrpcCaller(port);
    }

    @Override
    public String name() {
        return "gRPC";
    }

    @Override
    public String whole(String question) {
        return caller.stub()
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .chat(ask(question))
                .getMessage()
                .getContent();
    }

    @Override
    public String stream(String question) {
        StringBuilder words = new StringBuilder();
        boolean[] done = {false};
        caller.stub()
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .chatStream(ask(question))
                .forEachRemaining(chunk -> {
                    words.append(chunk.getDelta().getContent());
                    done[0] |= !chunk.getFinishReason().isEmpty();
                });
        return done[0] ? words.toString() : words + " and no end";
    }

    private static ChatRequest ask(String question) {
        return ChatRequest.newBuilder()
                .setModel("mock")
                .addMessages(Message.newBuilder().setRole("user").setContent(question))
                .build();
    }

    @Override
    public void close() {
        caller.close();
    }
}
