package io.inference.engine.cuda.kernel;

import io.inference.engine.cuda.kernel.Report.Line;
import io.inference.engine.gguf.TensorType;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Every kernel against its reference on random shapes, on whatever device is there. {@link KernelTest} runs it on the
 * test double; run as a program on a real device it prints what differs and keeps the outputs, so that those of the
 * double and of the device can be compared.
 */
public final class KernelChecks {
    private static final long SEED = 20_261_127;

    private KernelChecks() {}

    /** All checks of one module: {@code step}, or that of a weight type. */
    public static List<Line> matrix(Device device, TensorType type) {
        Report report = new Report();
        new MatrixChecks(device, report, type, SEED + type.ordinal()).run();
        device.releaseBuffers();
        return report.lines();
    }

    public static List<Line> step(Device device) {
        Report report = new Report();
        new StepChecks(device, report, SEED).run();
        new AttentionChecks(device, report, SEED).run();
        new SamplingChecks(device, report, SEED).run();
        device.releaseBuffers();
        return report.lines();
    }

    /**
     * {@code KernelChecks FILE [MODULES]}: checks the modules, {@code step} or names of weight types with commas
     * between, or all of them, and writes the outputs to the file.
     */
    public static void main(String[] args) throws IOException {
        List<Line> lines = new ArrayList<>();
        List<String> modules = args.length > 1
                ? List.of(args[1].toUpperCase(Locale.ROOT).split(","))
                : Stream.concat(
                                Stream.of("STEP"),
                                Arrays.stream(TensorType.values()).map(TensorType::name))
                        .toList();
        try (Device device = Device.open()) {
            for (String module : modules) {
                lines.addAll(module.equals("STEP") ? step(device) : matrix(device, TensorType.valueOf(module)));
            }
            long failed = lines.stream().filter(line -> !line.passed()).count();
            lines.stream()
                    .filter(line -> !line.passed())
                    .forEach(line -> System.out.printf("FAILED %s: %.3g times the bound%n", line.name(), line.worst()));
            System.out.printf(
                    "RESULT\tkernels %s\t%d comparisons, %d failed, worst passing %.2f of the bound, PTX compute_%d%n",
                    String.join(",", modules).toLowerCase(Locale.ROOT),
                    lines.size(),
                    failed,
                    lines.stream()
                            .filter(Line::passed)
                            .mapToDouble(Line::worst)
                            .max()
                            .orElse(0),
                    device.architecture());
            write(Path.of(args[0]), lines);
            if (failed > 0) {
                System.exit(1);
            }
        }
    }

    private static void write(Path file, List<Line> lines) throws IOException {
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            for (Line line : lines) {
                out.writeUTF(line.name());
                out.writeInt(line.output().length);
                byte[] bytes = new byte[line.output().length * Float.BYTES];
                java.nio.ByteBuffer.wrap(bytes).asFloatBuffer().put(line.output());
                out.write(bytes);
            }
        }
    }
}
