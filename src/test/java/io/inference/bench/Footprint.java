package io.inference.bench;

import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.concurrent.TimeUnit;

/**
 * Memory, threads and objects of this process, after a garbage collection.
 *
 * @param threads platform threads; virtual ones are on the heap
 */
record Footprint(long heapKib, long metaspaceKib, int threads, int classes, int meters, int mbeans) {
    private static final int COLLECTIONS = 3;

    static Footprint now(MeterRegistry registry) throws InterruptedException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(300);
        }
        long metaspace = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .mapToLong((MemoryPoolMXBean pool) -> pool.getUsage().getUsed())
                .sum();
        return new Footprint(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1024,
                metaspace / 1024,
                ManagementFactory.getThreadMXBean().getThreadCount(),
                ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
                registry.getMeters().size(),
                ManagementFactory.getPlatformMBeanServer().getMBeanCount());
    }

    @Override
    public String toString() {
        return "heap %d KiB, metaspace %d KiB, %d threads, %d classes, %d meters, %d MBeans"
                .formatted(heapKib, metaspaceKib, threads, classes, meters, mbeans);
    }
}
