package io.inference.engine.cuda.driver;

/**
 * A GPU.
 *
 * @param ordinal its number among the visible devices
 * @param name such as {@code NVIDIA A10}
 * @param computeMajor major number of the compute capability
 * @param computeMinor minor number of the compute capability
 * @param multiprocessors number of streaming multiprocessors
 * @param totalBytes size of the memory
 * @param driverVersion the newest CUDA version that the driver supports: {@code 12.6}
 */
public record CudaDevice(
        int ordinal,
        String name,
        int computeMajor,
        int computeMinor,
        int multiprocessors,
        long totalBytes,
        String driverVersion) {
    /** The kernels to load: built for tensor cores of this capability, or the plain ones. */
    public String architecture() {
        return computeMajor >= 8 ? "compute_80" : "compute_70";
    }

    /** Whether the kernels of {@link #architecture} use tensor cores. */
    public boolean hasTensorCores() {
        return computeMajor >= 8;
    }
}
