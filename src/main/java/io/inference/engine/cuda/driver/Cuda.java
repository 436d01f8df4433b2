package io.inference.engine.cuda.driver;

import io.inference.engine.error.DeviceLostException;
import io.inference.engine.error.EngineException;
import java.util.Set;
import jcuda.driver.CUresult;

/** Checks the results of driver calls. */
final class Cuda {
    /** Results after which no call of the context succeeds any more. */
    private static final Set<Integer> LOST = Set.of(
            CUresult.CUDA_ERROR_DEINITIALIZED,
            CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE,
            CUresult.CUDA_ERROR_NO_DEVICE,
            CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
            CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
            CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
            CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
            CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED,
            CUresult.CUDA_ERROR_ASSERT,
            CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
            CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
            CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
            CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
            CUresult.CUDA_ERROR_INVALID_PC,
            CUresult.CUDA_ERROR_LAUNCH_FAILED,
            CUresult.CUDA_ERROR_SYSTEM_NOT_READY,
            CUresult.CUDA_ERROR_MPS_RPC_FAILURE,
            CUresult.CUDA_ERROR_MPS_SERVER_NOT_READY,
            CUresult.CUDA_ERROR_EXTERNAL_DEVICE,
            CUresult.CUDA_ERROR_UNKNOWN);

    private Cuda() {}

    /**
     * Checks the result of a call.
     *
     * @param call the driver's function, and what it was called for
     * @throws DeviceLostException if the device can no longer be used
     * @throws CudaException for every other failure
     */
    static void check(int result, String call) {
        if (result != CUresult.CUDA_SUCCESS) {
            throw failure(result, call);
        }
    }

    private static EngineException failure(int result, String call) {
        String message = "%s: %s (%d), at %s".formatted(call, CUresult.stringFor(result), result, caller());
        return LOST.contains(result)
                ? new DeviceLostException("the GPU is lost: " + message, null)
                : new CudaException(message, result);
    }

    /** File and line of the nearest caller outside this package. */
    private static String caller() {
        String here = Cuda.class.getPackageName();
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !frame.getClassName().startsWith(here + "."))
                        .findFirst()
                        .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
                        .orElse("unknown"));
    }
}
