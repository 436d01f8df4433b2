package io.inference.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * The same as {@link EngineBenchmark} as a plain program, for profilers and busy machines: {@code EngineLoop [rounds]}.
 * Tokens per second of the thread's own CPU time, which other programs affect less than elapsed time.
 */
public final class EngineLoop {
    private EngineLoop() {}

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        EngineBenchmark benchmark = new EngineBenchmark();
        benchmark.open();
        for (int i = 0; i < rounds; i++) {
            double prefill = 512 / seconds(benchmark::prefill512);
            double decode = 128 / seconds(benchmark::decode128);
            double batch = 1024 / seconds(benchmark::decode128BatchOf8);
            System.out.printf("tokens/s: prefill %.0f, decode %.0f, decode of 8 %.0f%n", prefill, decode, batch);
        }
        benchmark.close();
    }

    private static double seconds(Runnable work) {
        ThreadMXBean thread = ManagementFactory.getThreadMXBean();
        long start = thread.getCurrentThreadCpuTime();
        work.run();
        return (thread.getCurrentThreadCpuTime() - start) / 1e9;
    }
}
