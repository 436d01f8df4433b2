package io.inference.grpc.kserve;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelInferResponse;
import inference.GrpcPredictV2.ModelInferResponse.InferOutputTensor;
import inference.GrpcPredictV2.ModelMetadataResponse;
import inference.GrpcPredictV2.ModelMetadataResponse.TensorMetadata;
import inference.GrpcPredictV2.ModelReadyResponse;
import inference.GrpcPredictV2.ServerLiveResponse;
import inference.GrpcPredictV2.ServerMetadataResponse;
import inference.GrpcPredictV2.ServerReadyResponse;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.ModelDetails;
import io.inference.grpc.GrpcAnswer;
import io.inference.grpc.RpcAnswerProcessor.Asked;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the results of flows as messages of the Open Inference Protocol. */
final class AnswerWriters {
    /** Every model has one version: its backend's. */
    private static final String MODEL_VERSION = "1";

    private AnswerWriters() {}

    static GrpcAnswer live() {
        return whole(ServerLiveResponse.newBuilder().setLive(true).build());
    }

    static GrpcAnswer ready() {
        return whole(ServerReadyResponse.newBuilder().setReady(true).build());
    }

    static GrpcAnswer server(String version) {
        return whole(ServerMetadataResponse.newBuilder()
                .setName("inference-service")
                .setVersion(version)
                .build());
    }

    /** A model that a backend has is ready: if it is not loaded, a request loads it. */
    static GrpcAnswer modelReady(@Nullable Object answer, Asked asked) {
        return whole(ModelReadyResponse.newBuilder()
                .setReady(answer instanceof ModelDetails)
                .build());
    }

    static GrpcAnswer model(@Nullable Object answer, Asked asked) {
        if (!(answer instanceof ModelDetails details)) {
            throw new IllegalStateException("the route left no model");
        }
        List<String> capabilities = details.capabilities();
        boolean unknown = capabilities.isEmpty();
        ModelMetadataResponse.Builder response = ModelMetadataResponse.newBuilder()
                .setName(details.info().id())
                .addVersions(MODEL_VERSION)
                .setPlatform(details.info().backend());
        if (unknown || capabilities.contains("completion")) {
            response.addInputs(tensor(InferRequestReader.GENERATE_INPUT, "BYTES", -1));
            response.addOutputs(tensor(InferRequestReader.GENERATE_OUTPUT, "BYTES", -1));
        }
        if (unknown || capabilities.contains("embedding")) {
            response.addInputs(tensor(InferRequestReader.EMBED_INPUT, "BYTES", -1));
            response.addOutputs(tensor(InferRequestReader.EMBED_OUTPUT, "FP32", -1, -1));
        }
        return whole(response.build());
    }

    /** The elements have the form of the request's: raw if those were raw, else typed. */
    static GrpcAnswer infer(@Nullable Object answer, Asked asked) {
        if (!(asked.message() instanceof ModelInferRequest request)) {
            throw new IllegalStateException("no step has read the request");
        }
        boolean raw = request.getRawInputContentsCount() > 0;
        ModelInferResponse.Builder response =
                ModelInferResponse.newBuilder().setModelVersion(MODEL_VERSION).setId(request.getId());
        switch (answer) {
            case EmbedAnswer embedded ->
                addVectors(response.setModelName(embedded.model()), embedded.embeddings(), raw);
            case ChatAnswer.Whole generated ->
                addTexts(response.setModelName(generated.model()), generated.choices(), raw);
            case null, default -> throw new IllegalStateException("the route left no answer that is whole");
        }
        return whole(response.build());
    }

    private static void addVectors(ModelInferResponse.Builder response, List<float[]> vectors, boolean raw) {
        int size = vectors.isEmpty() ? 0 : vectors.getFirst().length;
        InferOutputTensor.Builder tensor = InferOutputTensor.newBuilder()
                .setName(InferRequestReader.EMBED_OUTPUT)
                .setDatatype("FP32")
                .addShape(vectors.size())
                .addShape(size);
        if (raw) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(vectors.size() * size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            vectors.forEach(vector -> {
                for (float value : vector) {
                    bytes.putFloat(value);
                }
            });
            response.addRawOutputContents(ByteString.copyFrom(bytes.flip()));
        } else {
            InferTensorContents.Builder contents = InferTensorContents.newBuilder();
            vectors.forEach(vector -> {
                for (float value : vector) {
                    contents.addFp32Contents(value);
                }
            });
            tensor.setContents(contents);
        }
        response.addOutputs(tensor);
    }

    private static void addTexts(ModelInferResponse.Builder response, List<Choice> choices, boolean raw) {
        InferOutputTensor.Builder tensor = InferOutputTensor.newBuilder()
                .setName(InferRequestReader.GENERATE_OUTPUT)
                .setDatatype("BYTES")
                .addShape(choices.size());
        List<ByteString> texts = choices.stream()
                .map(choice -> ByteString.copyFromUtf8(choice.message().content()))
                .toList();
        if (raw) {
            ByteString all = ByteString.EMPTY;
            for (ByteString text : texts) {
                ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                all = all.concat(ByteString.copyFrom(length.putInt(0, text.size())))
                        .concat(text);
            }
            response.addRawOutputContents(all);
        } else {
            tensor.setContents(InferTensorContents.newBuilder().addAllBytesContents(texts));
        }
        response.addOutputs(tensor);
    }

    private static TensorMetadata tensor(String name, String datatype, long... shape) {
        TensorMetadata.Builder tensor =
                TensorMetadata.newBuilder().setName(name).setDatatype(datatype);
        for (long dimension : shape) {
            tensor.addShape(dimension);
        }
        return tensor.build();
    }

    private static GrpcAnswer whole(Message message) {
        return new GrpcAnswer.Whole(message);
    }
}
