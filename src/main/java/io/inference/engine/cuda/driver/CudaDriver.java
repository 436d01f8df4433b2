package io.inference.engine.cuda.driver;

import io.inference.engine.error.DeviceUnavailableException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Finds the driver and its devices. */
public final class CudaDriver {
    private static final String LIBRARY = "libcuda.so.1";
    private static final String TEMPORARY = "java.io.tmpdir";
    private static final int OLDEST_COMPUTE_MAJOR = 7;

    private CudaDriver() {}

    /**
     * A device by its number among those that {@code CUDA_VISIBLE_DEVICES} leaves visible.
     *
     * @throws DeviceUnavailableException if there is no driver or no such device, or it is too old
     */
    public static CudaDevice device(int ordinal) {
        load();
        int result = JCudaDriver.cuInit(0);
        int[] version = new int[1];
        int[] count = new int[1];
        if (result == CUresult.CUDA_SUCCESS) {
            Cuda.check(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
            result = JCudaDriver.cuDeviceGetCount(count);
        }
        if (result == CUresult.CUDA_ERROR_NO_DEVICE || result == CUresult.CUDA_SUCCESS && count[0] == 0) {
            throw new DeviceUnavailableException("the NVIDIA driver finds no GPU", null);
        }
        if (result != CUresult.CUDA_SUCCESS) {
            throw new DeviceUnavailableException(
                    "the NVIDIA driver does not work here: " + CUresult.stringFor(result), null);
        }
        if (ordinal >= count[0]) {
            throw new DeviceUnavailableException(
                    "there is no GPU number %d; the driver finds %d".formatted(ordinal, count[0]), null);
        }
        return describe(ordinal, version[0] / 1000 + "." + version[0] % 1000 / 10);
    }

    private static CudaDevice describe(int ordinal, String driverVersion) {
        CUdevice handle = handle(ordinal);
        byte[] name = new byte[256];
        Cuda.check(JCudaDriver.cuDeviceGetName(name, name.length, handle), "cuDeviceGetName");
        int length = 0;
        while (length < name.length && name[length] != 0) {
            length++;
        }
        long[] total = new long[1];
        Cuda.check(JCudaDriver.cuDeviceTotalMem(total, handle), "cuDeviceTotalMem");
        CudaDevice device = new CudaDevice(
                ordinal,
                new String(name, 0, length, StandardCharsets.UTF_8),
                attribute(handle, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(handle, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                attribute(handle, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                total[0],
                driverVersion);
        if (device.computeMajor() < OLDEST_COMPUTE_MAJOR) {
            throw new DeviceUnavailableException(
                    "the GPU %s has compute capability %d.%d; the kernels need %d.0 or newer"
                            .formatted(
                                    device.name(), device.computeMajor(), device.computeMinor(), OLDEST_COMPUTE_MAJOR),
                    null);
        }
        return device;
    }

    static CUdevice handle(int ordinal) {
        CUdevice handle = new CUdevice();
        Cuda.check(JCudaDriver.cuDeviceGet(handle, ordinal), "cuDeviceGet " + ordinal);
        return handle;
    }

    private static int attribute(CUdevice device, int attribute) {
        int[] value = new int[1];
        Cuda.check(
                JCudaDriver.cuDeviceGetAttribute(value, attribute, device),
                "cuDeviceGetAttribute " + CUdevice_attribute.stringFor(attribute));
        return value[0];
    }

    /** Loads the driver's library, then JCuda's, which depends on it. */
    private static synchronized void load() {
        try {
            SymbolLookup.libraryLookup(LIBRARY, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new DeviceUnavailableException("there is no NVIDIA driver (" + LIBRARY + ")", e);
        }
        try {
            loadJCuda();
        } catch (LinkageError | IOException e) {
            throw new DeviceUnavailableException(
                    "JCuda's library cannot be loaded: " + firstLine(String.valueOf(e.getMessage())), e);
        }
    }

    /**
     * JCuda unpacks its library into {@code java.io.tmpdir} under a name that is always the same, and loads a file that
     * exists there already. So that no other user can place one, the property names a private folder meanwhile.
     */
    private static void loadJCuda() throws IOException {
        String usual = System.getProperty(TEMPORARY);
        Path own = Files.createTempDirectory("inference-jcuda");
        System.setProperty(TEMPORARY, own.toString());
        try {
            JCudaDriver.setExceptionsEnabled(false);
        } finally {
            System.setProperty(TEMPORARY, usual);
            delete(own);
        }
    }

    /** A loaded library stays loaded without its file. */
    private static void delete(Path folder) throws IOException {
        List<Path> files;
        try (var entries = Files.list(folder)) {
            files = entries.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(folder);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse(text);
    }
}
