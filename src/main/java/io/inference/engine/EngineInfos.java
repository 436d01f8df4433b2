package io.inference.engine;

import io.inference.engine.gguf.GgufFile;
import io.inference.engine.gguf.GgufMetadata;
import io.inference.engine.gguf.TensorInfo;
import io.inference.engine.gguf.TensorType;
import io.inference.engine.model.LoadedModel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Reads an {@link EngineInfo} from a file. */
final class EngineInfos {
    /** The labels of {@code general.file_type}, by ggml's numbering. */
    private static final Map<Integer, String> FILE_TYPES = Map.ofEntries(
            Map.entry(0, "F32"),
            Map.entry(1, "F16"),
            Map.entry(2, "Q4_0"),
            Map.entry(3, "Q4_1"),
            Map.entry(7, "Q8_0"),
            Map.entry(8, "Q5_0"),
            Map.entry(9, "Q5_1"),
            Map.entry(14, "Q4_K_S"),
            Map.entry(15, "Q4_K_M"),
            Map.entry(16, "Q5_K_S"),
            Map.entry(17, "Q5_K_M"),
            Map.entry(18, "Q6_K"),
            Map.entry(32, "BF16"));

    private EngineInfos() {}

    static EngineInfo of(GgufFile file, LoadedModel loaded) {
        return new EngineInfo(
                loaded.config().architecture(),
                parameterCount(file),
                quantization(file),
                loaded.contextLength(),
                loaded.config().contextLength(),
                loaded.config().width(),
                loaded.vocabularySize(),
                file.path().toFile().length(),
                file.metadata().optionalString("tokenizer.chat_template").orElse(""),
                hardware(loaded.hardware()),
                metadata(file.metadata()),
                tensors(file));
    }

    private static EngineInfo.Hardware hardware(LoadedModel.Hardware hardware) {
        return new EngineInfo.Hardware(
                hardware.backend(), hardware.description(), hardware.usedBytes(), hardware.totalBytes());
    }

    static String quantization(GgufFile file) {
        String label = file.metadata()
                .optionalInteger("general.file_type")
                .map(FILE_TYPES::get)
                .orElse(null);
        return label != null ? label : mostUsed(file);
    }

    /** The type of most weights, for a file without a label. */
    private static String mostUsed(GgufFile file) {
        Map<TensorType, Long> elements = file.tensors().stream()
                .collect(Collectors.groupingBy(TensorInfo::type, Collectors.summingLong(TensorInfo::elements)));
        return elements.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(it -> it.getKey().name())
                .orElse("unknown");
    }

    static long parameterCount(GgufFile file) {
        return file.tensors().stream()
                .filter(it -> !it.name().equals("rope_freqs.weight"))
                .mapToLong(TensorInfo::elements)
                .sum();
    }

    static Map<String, Object> metadata(GgufMetadata metadata) {
        Map<String, Object> result = new TreeMap<>();
        for (String key : metadata.keys()) {
            metadata.scalar(key).ifPresent(value -> result.put(key, value instanceof Double d ? shortest(d) : value));
        }
        return Map.copyOf(result);
    }

    /** The shortest decimal of a number that was a float in the file: 1.0E-5 and not 9.999999747378752E-6. */
    private static Double shortest(double value) {
        return (float) value == value ? Double.valueOf(Float.toString((float) value)) : Double.valueOf(value);
    }

    static List<EngineInfo.Tensor> tensors(GgufFile file) {
        return file.tensors().stream()
                .map(it -> new EngineInfo.Tensor(
                        it.name(),
                        it.type().name(),
                        Arrays.stream(it.shape()).boxed().toList()))
                .toList();
    }
}
