package io.inference.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.ImmutableList;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.grpc.v1.ChatChunk;
import io.inference.grpc.v1.ChatRequest;
import io.inference.grpc.v1.ChatResponse;
import io.inference.grpc.v1.Conversation;
import io.inference.grpc.v1.EmbedRequest;
import io.inference.grpc.v1.EmbedResponse;
import io.inference.grpc.v1.GenerateChunk;
import io.inference.grpc.v1.GenerateImageRequest;
import io.inference.grpc.v1.GenerateRequest;
import io.inference.grpc.v1.GetConversationRequest;
import io.inference.grpc.v1.InferenceServiceGrpc;
import io.inference.grpc.v1.ListMessagesRequest;
import io.inference.grpc.v1.ListMessagesResponse;
import io.inference.grpc.v1.ListModelsRequest;
import io.inference.grpc.v1.Message;
import io.inference.grpc.v1.Options;
import io.inference.grpc.v1.SummarizeRequest;
import io.inference.stub.StubServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers and failures for callers with generated stubs. */
class GrpcDoorIT {
    private static StubServer upstream;
    private static RunningService service;
    private static GrpcCaller caller;

    @BeforeAll
    static void start() {
        upstream = StubOpenAi.answering();
        // No other test's service is to make summaries of this one's conversations.
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("grpc_door"));
        options.add("--inference-services-openai-base-url=" + upstream.url() + "/v1");
        options.add("--max-request-size=64KB");
        service = RunningService.start(options.toArray(String[]::new));
        caller = new GrpcCaller(service.grpcPort());
    }

    @AfterAll
    static void stop() {
        caller.close();
        service.close();
        upstream.close();
    }

    @Test
    void aChatIsAnsweredWhole() {
        ChatResponse answer = caller.stub("x-request-id", "my-id.1").chat(GrpcCaller.ASK);
        assertThat(answer.getMessage().getRole()).isEqualTo("assistant");
        assertThat(answer.getMessage().getContent()).isEqualTo("hello");
        assertThat(answer.getFinishReason()).isEqualTo("stop");
        assertThat(answer.getUsage().getCompletionTokens()).isEqualTo(2);
        assertThat(answer.getModel()).isEqualTo("mock");
        assertThat(answer.getId()).isEqualTo("my-id.1");
    }

    @Test
    void aChatIsStreamed() {
        List<ChatChunk> chunks = ImmutableList.copyOf(caller.stub().chatStream(GrpcCaller.ASK));
        assertThat(chunks.stream().map(chunk -> chunk.getDelta().getContent()).reduce("", String::concat))
                .isEqualTo("onetwothree");
        assertThat(chunks).hasSizeGreaterThanOrEqualTo(3);
        assertThat(chunks.getFirst().getDelta().getRole()).isEqualTo("assistant");
        assertThat(chunks.stream().map(ChatChunk::getFinishReason).filter(reason -> !reason.isEmpty()))
                .containsExactly("stop");
        assertThat(chunks.getLast().getUsage().getCompletionTokens()).isEqualTo(4);
        assertThat(chunks.stream().map(ChatChunk::getId).distinct()).hasSize(1);
    }

    @Test
    void aChatContinuesAStoredConversation() {
        String id = caller.stub()
                .chat(GrpcCaller.ASK.toBuilder().setConversationId("new").build())
                .getConversationId();
        assertThat(id).startsWith("conv_");
        assertThat(ImmutableList.copyOf(caller.stub("x-conversation-id", id).chatStream(GrpcCaller.ASK)))
                .allSatisfy(chunk -> assertThat(chunk.getConversationId()).isEqualTo(id));
        assertThat(StubOpenAi.lastCall(upstream)).contains("\"content\":\"hello\"");

        Conversation conversation = caller.stub()
                .getConversation(GetConversationRequest.newBuilder().setId(id).build());
        assertThat(conversation.getMessageCount()).isEqualTo(4);
        assertThat(conversation.getTitle()).isEqualTo("hi");
        ListMessagesRequest three = ListMessagesRequest.newBuilder()
                .setConversationId(id)
                .setPageSize(3)
                .build();
        ListMessagesResponse first = caller.stub().listMessages(three);
        assertThat(first.getMessagesList().stream().map(Message::getContent)).containsExactly("hi", "hello", "hi");
        ListMessagesResponse second = caller.stub()
                .listMessages(
                        three.toBuilder().setPageToken(first.getNextPageToken()).build());
        assertThat(second.getMessagesList().stream().map(Message::getContent)).containsExactly("onetwothree");
        assertThat(second.getNextPageToken()).isEmpty();

        ChatResponse again = caller.stub()
                .chat(GrpcCaller.ASK.toBuilder()
                        .clearMessages()
                        .setConversationId(id)
                        .setParentMessageId(first.getMessages(2).getId())
                        .build());
        assertThat(again.getMessage().getContent()).isEqualTo("hello");
        StatusRuntimeException unknown = failure(() -> caller.stub()
                .getConversation(GetConversationRequest.newBuilder()
                        .setId("conv_" + "0".repeat(32))
                        .build()));
        assertThat(unknown.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void metadataSaysHowManyMessagesStandAsSummaries() {
        var headers = new AtomicReference<Metadata>();
        var stub = caller.stub()
                .withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()));
        String id = stub.chat(
                        GrpcCaller.ASK.toBuilder().setConversationId("new").build())
                .getConversationId();
        ChatRequest next = GrpcCaller.ASK.toBuilder().setConversationId(id).build();
        var summarized = Metadata.Key.of("x-conversation-summarized", Metadata.ASCII_STRING_MARSHALLER);
        await().untilAsserted(() -> {
            assertThat(stub.chat(next).getConversationId()).isEqualTo(id);
            assertThat(Integer.parseInt(headers.get().get(summarized))).isGreaterThanOrEqualTo(6);
        });
    }

    @Test
    void aTextIsContinuedWholeAndAsAStream() {
        GenerateRequest ask = GenerateRequest.newBuilder()
                .setModel("mock")
                .setPrompt("Once")
                .setOptions(
                        Options.newBuilder().setTemperature(0).setMaxTokens(5).addStop("."))
                .build();
        assertThat(caller.stub().generate(ask).getText()).isEqualTo("hello");
        List<GenerateChunk> chunks = ImmutableList.copyOf(caller.stub().generateStream(ask));
        assertThat(chunks.stream().map(GenerateChunk::getText).reduce("", String::concat))
                .isEqualTo("onetwothree");
        assertThat(StubOpenAi.lastCall(upstream))
                .contains("\"temperature\":0")
                .contains("\"max_tokens\":5")
                .doesNotContain("top_p");
    }

    @Test
    void textsBecomeVectors() {
        EmbedResponse answer = caller.stub()
                .embed(EmbedRequest.newBuilder()
                        .setModel("mock")
                        .addInput("a")
                        .addInput("b")
                        .build());
        assertThat(answer.getEmbeddings(0).getValuesList()).containsExactly(0.6f, 0.8f);
        assertThat(answer.getEmbeddings(1).getValuesList()).containsExactly(1f, 0f);
        assertThat(answer.getUsage().getPromptTokens()).isEqualTo(5);
    }

    @Test
    void modelsAreListed() {
        var models = caller.stub().listModels(ListModelsRequest.getDefaultInstance());
        assertThat(models.getModelsList()).singleElement().satisfies(model -> {
            assertThat(model.getId()).isEqualTo("mock");
            assertThat(model.getBackend()).isEqualTo("openai");
            assertThat(model.getBackendsList()).containsExactly("openai");
        });
    }

    @Test
    void aWrongFieldIsNamed() {
        StatusRuntimeException noModel = failure(
                () -> caller.stub().chat(GrpcCaller.ASK.toBuilder().clearModel().build()));
        assertThat(noModel.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(GrpcCaller.reason(noModel)).isEqualTo("invalid_request");
        assertThat(GrpcCaller.field(noModel)).isEqualTo("model");
        StatusRuntimeException badRole = failure(() -> caller.stub()
                .chat(GrpcCaller.ASK.toBuilder()
                        .addMessages(Message.newBuilder().setRole("king"))
                        .build()));
        assertThat(GrpcCaller.field(badRole)).isEqualTo("messages[1].role");
        StatusRuntimeException hot = failure(() -> caller.stub()
                .chat(GrpcCaller.ASK.toBuilder()
                        .setOptions(Options.newBuilder().setTemperature(Double.NaN))
                        .build()));
        assertThat(GrpcCaller.field(hot)).isEqualTo("options.temperature");
    }

    @Test
    void aModelThatNobodyHasIsNotFound() {
        StatusRuntimeException failure = failure(() ->
                caller.stub().chat(GrpcCaller.ASK.toBuilder().setModel("nobody").build()));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(GrpcCaller.reason(failure)).isEqualTo("model_not_found");
    }

    @Test
    void whatTheServiceDoesNotHaveIsSaidToBeNotConfigured() {
        var stub = caller.stub();
        Stream.<Runnable>of(
                        () -> stub.summarize(SummarizeRequest.newBuilder()
                                .setConversationId("c")
                                .build()),
                        () -> stub.generateImage(GenerateImageRequest.newBuilder()
                                        .setPrompt("a cat")
                                        .build())
                                .next())
                .forEach(call -> {
                    StatusRuntimeException failure = failure(call);
                    assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNIMPLEMENTED);
                    assertThat(GrpcCaller.reason(failure)).isEqualTo("not_configured");
                });
    }

    @Test
    void metadataThatSteerFlowsDoNotGetIn() {
        // As a header of the exchange it would make the flow use a backend that does not exist.
        assertThat(caller.stub("inferencebackend", "nobody", "camelhttpuri", "http://elsewhere")
                        .chat(GrpcCaller.ASK)
                        .getModel())
                .isEqualTo("mock");
    }

    @Test
    void howACallerStandsIsNotTheCallersToSay() {
        AtomicReference<Metadata> headers = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        InferenceServiceGrpc.newBlockingStub(caller.channel())
                .withInterceptors(
                        GrpcCaller.metadata("x-ratelimit-limit-tokens", "7"),
                        MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
                .chat(GrpcCaller.ASK);
        assertThat(headers.get().keys()).isNotEmpty().doesNotContain("x-ratelimit-limit-tokens");
        assertThat(trailers.get().keys()).doesNotContain("x-ratelimit-limit-tokens");
    }

    @Test
    void aServiceThatNobodyPublishedIsUnimplemented() {
        StatusRuntimeException failure = failure(() -> ClientCalls.blockingUnaryCall(
                caller.channel(),
                InferenceServiceGrpc.getListModelsMethod().toBuilder()
                        .setFullMethodName("nobody.v1.Nothing/Do")
                        .build(),
                CallOptions.DEFAULT,
                ListModelsRequest.getDefaultInstance()));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNIMPLEMENTED);
    }

    @Test
    void aMessageThatIsTooLargeIsRefusedAndTheServiceGoesOn() {
        StatusRuntimeException failure = failure(() -> caller.stub()
                .chat(GrpcCaller.ASK.toBuilder()
                        .addMessages(Message.newBuilder().setRole("user").setContent("x".repeat(70_000)))
                        .build()));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(caller.stub().chat(GrpcCaller.ASK).getFinishReason()).isEqualTo("stop");
    }

    @Test
    void bytesThatAreNoMessageAreTheCallersFault() {
        StatusRuntimeException failure = failure(() -> ClientCalls.blockingUnaryCall(
                caller.channel(),
                InferenceServiceGrpc.getChatMethod().toBuilder(
                                new Rubbish(),
                                InferenceServiceGrpc.getChatMethod().getResponseMarshaller())
                        .build(),
                CallOptions.DEFAULT,
                new byte[] {(byte) 0xff, (byte) 0xff, 1, 2}));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(GrpcCaller.reason(failure)).isEqualTo("invalid_request");
    }

    @Test
    void noFailureShowsTheInsideOfTheService() {
        StatusRuntimeException failure = failure(() ->
                caller.stub().chat(GrpcCaller.ASK.toBuilder().setModel("nobody").build()));
        assertThat(failure.getTrailers().toString() + failure.getStatus().getDescription())
                .doesNotContain("Exception", "io.inference.", "org.apache", "\tat ");
    }

    private static StatusRuntimeException failure(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run);
    }
}
