package io.inference.grpc.kserve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.GrpcPredictV2.InferParameter;
import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelInferRequest.InferInputTensor;
import inference.GrpcPredictV2.ModelInferResponse;
import inference.GrpcPredictV2.ModelMetadataRequest;
import inference.GrpcPredictV2.ModelReadyRequest;
import inference.GrpcPredictV2.ServerLiveRequest;
import inference.GrpcPredictV2.ServerMetadataRequest;
import inference.GrpcPredictV2.ServerReadyRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.inference.RunningService;
import io.inference.grpc.GrpcCaller;
import io.inference.grpc.StubOpenAi;
import io.inference.stub.StubServer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The KServe door with KServe's own client and stubs. */
class KServeIT {
    private static StubServer upstream;
    private static RunningService service;
    private static GrpcCaller caller;
    private static GRPCInferenceServiceBlockingStub stub;

    @BeforeAll
    static void start() {
        upstream = StubOpenAi.answering();
        service = RunningService.start("--inference-services-openai-base-url=" + upstream.url() + "/v1");
        caller = new GrpcCaller(service.grpcPort());
        stub = GRPCInferenceServiceGrpc.newBlockingStub(caller.channel());
    }

    @AfterAll
    static void stop() {
        caller.close();
        service.close();
        upstream.close();
    }

    @Test
    void theServiceAndItsModelsTellOfThemselves() {
        assertThat(stub.serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                .isTrue();
        assertThat(stub.serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
                .isTrue();
        assertThat(stub.serverMetadata(ServerMetadataRequest.getDefaultInstance())
                        .getName())
                .isEqualTo("inference-service");
        assertThat(stub.modelReady(
                                ModelReadyRequest.newBuilder().setName("mock").build())
                        .getReady())
                .isTrue();
        var metadata = stub.modelMetadata(
                ModelMetadataRequest.newBuilder().setName("mock").build());
        assertThat(metadata.getInputsList())
                .extracting(tensor -> tensor.getName())
                .contains("text_input", "text");
        assertThat(failure(() -> stub.modelReady(
                                ModelReadyRequest.newBuilder().setName("nobody").build()))
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void textsInContentsBecomeVectorsInContents() {
        ModelInferResponse answer = stub.modelInfer(ModelInferRequest.newBuilder()
                .setModelName("mock")
                .setId("7")
                .addInputs(texts("text", "a", "b"))
                .build());
        assertThat(answer.getId()).isEqualTo("7");
        assertThat(answer.getRawOutputContentsCount()).isZero();
        assertThat(answer.getOutputs(0)).satisfies(tensor -> {
            assertThat(tensor.getName()).isEqualTo("embedding");
            assertThat(tensor.getDatatype()).isEqualTo("FP32");
            assertThat(tensor.getShapeList()).containsExactly(2L, 2L);
            assertThat(tensor.getContents().getFp32ContentsList()).containsExactly(0.6f, 0.8f, 1f, 0f);
        });
    }

    @Test
    void rawTextsBecomeRawVectors() {
        ModelInferResponse answer = stub.modelInfer(ModelInferRequest.newBuilder()
                .setModelName("mock")
                .addInputs(InferInputTensor.newBuilder()
                        .setName("input")
                        .setDatatype("BYTES")
                        .addShape(2)
                        .addShape(1))
                .addRawInputContents(raw("ä").concat(raw("b")))
                .build());
        ByteBuffer floats =
                answer.getRawOutputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        assertThat(floats.remaining()).isEqualTo(16);
        assertThat(floats.getFloat()).isEqualTo(0.6f);
        assertThat(answer.getOutputs(0).hasContents()).isFalse();
        assertThat(StubOpenAi.lastCall(upstream)).contains("ä");
    }

    @Test
    void aTextIsContinuedWithTheParametersOfTheRequest() {
        ModelInferResponse answer = stub.modelInfer(ModelInferRequest.newBuilder()
                .setModelName("mock")
                .addInputs(texts("text_input", "Once"))
                .addInputs(InferInputTensor.newBuilder()
                        .setName("temperature")
                        .setDatatype("FP32")
                        .addShape(1)
                        .setContents(InferTensorContents.newBuilder().addFp32Contents(0.7f)))
                .putParameters(
                        "max_tokens",
                        InferParameter.newBuilder().setInt64Param(9).build())
                .putParameters(
                        "top_p",
                        InferParameter.newBuilder().setStringParam("0.5").build())
                .build());
        assertThat(answer.getOutputs(0).getName()).isEqualTo("text_output");
        assertThat(answer.getOutputs(0).getContents().getBytesContents(0).toStringUtf8())
                .isEqualTo("hello");
        assertThat(StubOpenAi.lastCall(upstream))
                .contains("\"max_tokens\":9")
                .contains("\"temperature\":0.7,")
                .contains("\"top_p\":0.5");
    }

    @Test
    void whatIsWrongWithATensorIsSaid() {
        assertField("inputs", ModelInferRequest.newBuilder());
        assertField(
                "inputs.text",
                ModelInferRequest.newBuilder()
                        .addInputs(texts("text", "a").toBuilder().clearShape().addShape(3)));
        assertField(
                "inputs.text",
                ModelInferRequest.newBuilder()
                        .addInputs(texts("text", "a").toBuilder().setDatatype("FP32")));
        assertField(
                "raw_input_contents",
                ModelInferRequest.newBuilder()
                        .addInputs(texts("text", "a"))
                        .addRawInputContents(raw("a"))
                        .addRawInputContents(raw("b")));
        assertField(
                "inputs.text",
                ModelInferRequest.newBuilder()
                        .addInputs(InferInputTensor.newBuilder()
                                .setName("text")
                                .setDatatype("BYTES")
                                .addShape(1))
                        .addRawInputContents(ByteString.copyFrom(new byte[] {-1, -1, -1, 127, 1})));
        assertField(
                "parameters.heat",
                ModelInferRequest.newBuilder()
                        .addInputs(texts("text_input", "a"))
                        .putParameters(
                                "heat",
                                InferParameter.newBuilder().setInt64Param(9).build()));
    }

    /** Camel's component is a client with code of its own. */
    @Test
    void camelsKServeComponentIsAnswered() throws Exception {
        try (var context = new DefaultCamelContext()) {
            context.start();
            var template = context.createProducerTemplate();
            String at = "?target=localhost:" + service.grpcPort() + "&modelName=mock";
            ModelInferResponse answer = template.requestBody(
                    "kserve:infer" + at,
                    ModelInferRequest.newBuilder()
                            .addInputs(texts("text", "a", "b"))
                            .build(),
                    ModelInferResponse.class);
            assertThat(answer.getOutputs(0).getShapeList()).containsExactly(2L, 2L);
            assertThat(template.requestBody("kserve:model/ready" + at, null, Object.class)
                            .toString())
                    .contains("ready: true");
        }
    }

    private static void assertField(String field, ModelInferRequest.Builder request) {
        StatusRuntimeException failure =
                failure(() -> stub.modelInfer(request.setModelName("mock").build()));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(GrpcCaller.field(failure)).isEqualTo(field);
    }

    private static StatusRuntimeException failure(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run);
    }

    private static InferInputTensor texts(String name, String... texts) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        for (String text : texts) {
            contents.addBytesContents(ByteString.copyFromUtf8(text));
        }
        return InferInputTensor.newBuilder()
                .setName(name)
                .setDatatype("BYTES")
                .addShape(texts.length)
                .setContents(contents)
                .build();
    }

    private static ByteString raw(String text) {
        ByteString bytes = ByteString.copyFromUtf8(text);
        ByteBuffer length =
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, bytes.size());
        return ByteString.copyFrom(length).concat(bytes);
    }
}
