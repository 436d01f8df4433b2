package io.inference.grpc.kserve;

import com.google.protobuf.ByteString;
import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelInferRequest.InferInputTensor;
import io.inference.api.error.InferenceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of a request. Its elements are in the tensor's typed contents or, as Triton's clients send them, in the
 * request's raw contents: little endian, and before each element of {@code BYTES} its length in four bytes.
 *
 * @param raw null if the elements are in the contents
 */
record InputTensor(InferInputTensor tensor, @Nullable ByteString raw) {
    /** The request's tensors, in order. */
    static List<InputTensor> of(ModelInferRequest request) {
        int raws = request.getRawInputContentsCount();
        if (raws != 0 && raws != request.getInputsCount()) {
            throw InferenceException.invalid(
                    "raw_input_contents", "'raw_input_contents' must have one entry for each of 'inputs', or none");
        }
        List<InputTensor> inputs = new ArrayList<>(request.getInputsCount());
        for (int i = 0; i < request.getInputsCount(); i++) {
            inputs.add(new InputTensor(request.getInputs(i), raws == 0 ? null : request.getRawInputContents(i)));
        }
        return inputs;
    }

    String name() {
        return tensor.getName();
    }

    /** Elements of a tensor of texts. */
    List<String> texts() {
        if (!tensor.getDatatype().equals("BYTES")) {
            throw invalid("must be of datatype BYTES, not " + tensor.getDatatype());
        }
        List<ByteString> elements = raw == null ? tensor.getContents().getBytesContentsList() : split(raw);
        checkCount(elements.size());
        List<String> texts = new ArrayList<>(elements.size());
        for (ByteString element : elements) {
            try {
                texts.add(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(element.asReadOnlyByteBuffer())
                        .toString());
            } catch (CharacterCodingException e) {
                throw invalid("must hold UTF-8 text");
            }
        }
        return texts;
    }

    /** The one element of a tensor that sets an option. */
    Object only() {
        if (tensor.getDatatype().equals("BYTES")) {
            List<String> texts = texts();
            if (texts.size() != 1) {
                throw invalid("must hold one element");
            }
            return texts.getFirst();
        }
        checkCount(1);
        return raw == null ? contents(tensor.getContents()) : number(raw);
    }

    private Object contents(InferTensorContents contents) {
        List<?> elements = switch (tensor.getDatatype()) {
            case "BOOL" -> contents.getBoolContentsList();
            case "INT8", "INT16", "INT32" -> contents.getIntContentsList();
            case "INT64" -> contents.getInt64ContentsList();
            case "UINT8", "UINT16", "UINT32" -> contents.getUintContentsList();
            case "UINT64" -> contents.getUint64ContentsList();
            case "FP32" -> contents.getFp32ContentsList();
            case "FP64" -> contents.getFp64ContentsList();
            default -> throw unknownType();
        };
        if (elements.size() != 1) {
            throw invalid("must hold one element");
        }
        return elements.getFirst();
    }

    private Object number(ByteString raw) {
        int bytes = switch (tensor.getDatatype()) {
            case "BOOL", "INT8", "UINT8" -> 1;
            case "INT16", "UINT16" -> 2;
            case "INT32", "UINT32", "FP32" -> 4;
            case "INT64", "UINT64", "FP64" -> 8;
            default -> throw unknownType();
        };
        if (raw.size() != bytes) {
            throw invalid("must hold one element");
        }
        ByteBuffer in = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        return switch (tensor.getDatatype()) {
            case "BOOL" -> in.get() != 0;
            case "INT8" -> in.get();
            case "UINT8" -> Byte.toUnsignedInt(in.get());
            case "INT16" -> in.getShort();
            case "UINT16" -> Short.toUnsignedInt(in.getShort());
            case "INT32" -> in.getInt();
            case "UINT32" -> Integer.toUnsignedLong(in.getInt());
            case "FP32" -> in.getFloat();
            case "FP64" -> in.getDouble();
            default -> in.getLong();
        };
    }

    private List<ByteString> split(ByteString raw) {
        ByteBuffer lengths = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        List<ByteString> elements = new ArrayList<>();
        int at = 0;
        while (at < raw.size()) {
            if (raw.size() - at < Integer.BYTES) {
                throw invalid("has raw contents that break off");
            }
            int length = lengths.getInt(at);
            at += Integer.BYTES;
            if (length < 0 || length > raw.size() - at) {
                throw invalid("has raw contents that break off");
            }
            elements.add(raw.substring(at, at + length));
            at += length;
        }
        return elements;
    }

    /** The shape's product must be the number of elements, as the protocol says. */
    private void checkCount(int elements) {
        long product = 1;
        for (long dimension : tensor.getShapeList()) {
            if (dimension < 0 || dimension > Integer.MAX_VALUE || (product *= dimension) > Integer.MAX_VALUE) {
                throw invalid("has a shape that cannot be");
            }
        }
        if (product != elements) {
            throw invalid("has a shape of " + product + " elements, but not as many contents");
        }
    }

    private InferenceException unknownType() {
        return invalid("has a datatype that this tensor does not take");
    }

    private InferenceException invalid(String what) {
        return InferenceException.invalid("inputs." + name(), "the input tensor '" + name() + "' " + what);
    }
}
