package io.inference.grpc.kserve;

import com.google.protobuf.UnknownFieldSet;
import inference.GrpcPredictV2.InferParameter;
import io.inference.api.error.InferenceException;
import io.inference.api.request.Options;
import io.inference.grpc.messages.OptionsReader;
import java.util.List;
import java.util.Map;

/**
 * Generation options: parameters of the request or tensors of one element, by the names of {@code inference.v1.Options}
 * and those that vLLM and TensorRT-LLM use.
 */
final class InferOptions {
    /** The generated classes are older than the protocol's {@code double_param} and {@code uint64_param}. */
    private static final int DOUBLE_PARAM = 4;

    private static final int UINT64_PARAM = 5;

    private final io.inference.grpc.v1.Options.Builder options = io.inference.grpc.v1.Options.newBuilder();

    Options read() {
        return OptionsReader.read(options.build());
    }

    void addAll(Map<String, InferParameter> parameters) {
        parameters.forEach((name, parameter) -> add(name, value(name, parameter)));
    }

    /** @throws InferenceException for an unknown option or an invalid value */
    void add(String name, Object value) {
        try {
            switch (name) {
                case "temperature" -> options.setTemperature(number(value));
                case "top_p" -> options.setTopP(number(value));
                case "top_k" -> options.setTopK(whole(value));
                case "min_p" -> options.setMinP(number(value));
                case "repeat_penalty", "repetition_penalty" -> options.setRepeatPenalty(number(value));
                case "presence_penalty" -> options.setPresencePenalty(number(value));
                case "frequency_penalty" -> options.setFrequencyPenalty(number(value));
                case "seed", "random_seed" -> options.setSeed(wholeLong(value));
                case "max_tokens", "max_output_len" -> options.setMaxTokens(whole(value));
                case "context_length" -> options.setContextLength(whole(value));
                case "stop", "stop_words" -> options.addAllStop(List.of(value.toString()));
                case "stream", "streaming", "exclude_input_in_output" -> refuseStream(name, value);
                default ->
                    throw InferenceException.unsupported("parameters." + name, "there is no parameter '" + name + "'");
            }
        } catch (NumberFormatException e) {
            throw InferenceException.invalid("parameters." + name, "'" + name + "' must be a number");
        }
    }

    /** ModelInfer answers once, and the output never includes the prompt. */
    private static void refuseStream(String name, Object value) {
        boolean wanted = Boolean.parseBoolean(value.toString());
        if (wanted && !name.startsWith("exclude")) {
            throw InferenceException.unsupported(
                    "parameters." + name, "ModelInfer does not stream; inference.v1.InferenceService does");
        }
    }

    private static Object value(String name, InferParameter parameter) {
        return switch (parameter.getParameterChoiceCase()) {
            case BOOL_PARAM -> parameter.getBoolParam();
            case INT64_PARAM -> parameter.getInt64Param();
            case STRING_PARAM -> parameter.getStringParam();
            case PARAMETERCHOICE_NOT_SET -> newer(name, parameter.getUnknownFields());
        };
    }

    private static Object newer(String name, UnknownFieldSet fields) {
        if (!fields.getField(DOUBLE_PARAM).getFixed64List().isEmpty()) {
            return Double.longBitsToDouble(
                    fields.getField(DOUBLE_PARAM).getFixed64List().getFirst());
        }
        if (!fields.getField(UINT64_PARAM).getVarintList().isEmpty()) {
            return fields.getField(UINT64_PARAM).getVarintList().getFirst();
        }
        throw InferenceException.invalid("parameters." + name, "the parameter '" + name + "' has no value");
    }

    private static double number(Object value) {
        // The decimal text of a float is the number that its sender meant; a widened double is not.
        return Double.parseDouble(value.toString());
    }

    private static int whole(Object value) {
        return Integer.parseInt(value.toString());
    }

    private static long wholeLong(Object value) {
        return Long.parseLong(value.toString());
    }
}
