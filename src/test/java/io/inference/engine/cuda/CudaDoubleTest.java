package io.inference.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.BesideOthers;
import io.inference.engine.cuda.CudaDouble.Schedule;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The double of CUDA's driver finds what a device would do only sometimes: work of two streams in the wrong order, host
 * memory that is used too early; and it fails where a test asks for it.
 */
@BesideOthers
class CudaDoubleTest {
    private static final int BYTES = 4096;

    /** Memory, two streams and pinned host memory, of one context. */
    private static final class Fixture {
        final CUdeviceptr device = new CUdeviceptr();
        final Pointer pinned = new Pointer();
        final CUstream writer = stream();
        final CUstream reader = stream();
        final CUevent written = new CUevent();

        Fixture() {
            ok(JCudaDriver.cuMemAlloc(device, BYTES));
            ok(JCudaDriver.cuMemHostAlloc(pinned, BYTES, 0));
            ok(JCudaDriver.cuEventCreate(written, 0));
            ok(JCudaDriver.cuMemsetD8(device, (byte) 0, BYTES));
            ok(JCudaDriver.cuCtxSynchronize());
        }

        private static CUstream stream() {
            CUstream stream = new CUstream();
            ok(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
            return stream;
        }

        byte firstByte() {
            return pinned.getByteBuffer(0, BYTES).get(0);
        }

        /** Writes on one stream, then reads on another, with or without an event between; returns what was read. */
        byte writeThenRead(boolean withEvent) {
            ok(JCudaDriver.cuMemsetD8Async(device, (byte) 7, BYTES, writer));
            if (withEvent) {
                ok(JCudaDriver.cuEventRecord(written, writer));
                ok(JCudaDriver.cuStreamWaitEvent(reader, written, 0));
            }
            ok(JCudaDriver.cuMemcpyDtoHAsync(pinned, device, BYTES, reader));
            ok(JCudaDriver.cuStreamSynchronize(reader));
            return firstByte();
        }

        /** Reads on one stream what another overwrites afterwards; returns what was read. */
        byte readThenWrite() {
            ok(JCudaDriver.cuMemcpyDtoHAsync(pinned, device, BYTES, reader));
            ok(JCudaDriver.cuMemsetD8Async(device, (byte) 7, BYTES, writer));
            ok(JCudaDriver.cuStreamSynchronize(reader));
            return firstByte();
        }
    }

    private static void ok(int code) {
        assertThat(code).as(CUresult.stringFor(code)).isZero();
    }

    private static CudaDouble open() {
        CudaDouble cuda = CudaDouble.open();
        JCudaDriver.setExceptionsEnabled(false);
        return cuda;
    }

    private static void makeContext() {
        ok(JCudaDriver.cuInit(0));
        CUdevice device = new CUdevice();
        ok(JCudaDriver.cuDeviceGet(device, 0));
        ok(JCudaDriver.cuCtxCreate(new CUcontext(), 0, device));
    }

    @ParameterizedTest
    @EnumSource(Schedule.class)
    void streamsThatWaitForEachOtherGiveTheRightResult(Schedule schedule) {
        try (CudaDouble cuda = open()) {
            cuda.schedule(schedule);
            makeContext();
            assertThat(new Fixture().writeThenRead(true)).isEqualTo((byte) 7);
        }
    }

    @Test
    void aMissingWaitOfAReaderShows() {
        try (CudaDouble cuda = open()) {
            cuda.schedule(Schedule.FORWARD);
            makeContext();
            assertThat(new Fixture().writeThenRead(false)).isZero();
        }
    }

    @Test
    void aMissingWaitOfAWriterShows() {
        try (CudaDouble cuda = open()) {
            cuda.schedule(Schedule.REVERSE);
            makeContext();
            assertThat(new Fixture().readThenWrite()).isEqualTo((byte) 7);
        }
    }

    @Test
    void hostMemoryIsReadWhenTheCopyRunsAndWrittenNotBefore() {
        try (CudaDouble cuda = open()) {
            makeContext();
            Fixture it = new Fixture();
            it.pinned.getByteBuffer(0, BYTES).put(0, (byte) 1);
            ok(JCudaDriver.cuMemcpyHtoDAsync(it.device, it.pinned, BYTES, it.writer));
            it.pinned.getByteBuffer(0, BYTES).put(0, (byte) 2);
            ok(JCudaDriver.cuMemcpyDtoHAsync(it.pinned, it.device, BYTES, it.writer));
            it.pinned.getByteBuffer(0, BYTES).put(0, (byte) 3);
            assertThat(it.firstByte()).isEqualTo((byte) 3);
            ok(JCudaDriver.cuStreamSynchronize(it.writer));
            assertThat(it.firstByte()).isEqualTo((byte) 3);
            assertThat(cuda.get("copies_to_device")).isEqualTo(1);
        }
    }

    @Test
    void aCapturedGraphRunsWhatWasCapturedEachTimeItIsLaunched() {
        try (CudaDouble cuda = open()) {
            makeContext();
            Fixture it = new Fixture();
            CUgraph graph = new CUgraph();
            CUgraphExec executable = new CUgraphExec();
            int mode = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
            ok(JCudaDriver.cuStreamBeginCapture(it.writer, mode));
            ok(JCudaDriver.cuMemcpyHtoDAsync(it.device, it.pinned, BYTES, it.writer));
            assertThat(JCudaDriver.cuMemAlloc(new CUdeviceptr(), 1)).isNotZero();
            assertThat(JCudaDriver.cuStreamEndCapture(it.writer, graph)).isNotZero();
            ok(JCudaDriver.cuStreamBeginCapture(it.writer, mode));
            ok(JCudaDriver.cuMemcpyHtoDAsync(it.device, it.pinned, BYTES, it.writer));
            ok(JCudaDriver.cuStreamEndCapture(it.writer, graph));
            ok(JCudaDriver.cuGraphInstantiate(executable, graph, 0));
            for (byte value = 1; value < 3; value++) {
                it.pinned.getByteBuffer(0, BYTES).put(0, value);
                ok(JCudaDriver.cuGraphLaunch(executable, it.writer));
                ok(JCudaDriver.cuStreamSynchronize(it.writer));
                byte[] read = new byte[BYTES];
                ok(JCudaDriver.cuMemcpyDtoH(Pointer.to(read), it.device, BYTES));
                assertThat(read[0]).isEqualTo(value);
            }
            assertThat(cuda.get("graph_launches")).isEqualTo(2);
        }
    }

    @Test
    void memoryIsPoisonedAndGoneAfterItIsFreed() {
        try (CudaDouble cuda = open()) {
            makeContext();
            CUdeviceptr at = new CUdeviceptr();
            ok(JCudaDriver.cuMemAlloc(at, 8));
            byte[] read = new byte[8];
            ok(JCudaDriver.cuMemcpyDtoH(Pointer.to(read), at, 8));
            assertThat(read).containsOnly(0xff);
            assertThat(JCudaDriver.cuMemcpyDtoH(Pointer.to(new byte[9]), at, 9))
                    .isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
            ok(JCudaDriver.cuMemFree(at));
            assertThat(JCudaDriver.cuMemcpyDtoH(Pointer.to(read), at, 8)).isNotZero();
            assertThat(cuda.get("live_allocations")).isZero();
        }
    }

    @Test
    void theChosenAllocationFails() {
        try (CudaDouble cuda = open()) {
            makeContext();
            cuda.set("fail_allocation", 2);
            ok(JCudaDriver.cuMemAlloc(new CUdeviceptr(), 16));
            assertThat(JCudaDriver.cuMemAlloc(new CUdeviceptr(), 16)).isEqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY);
            ok(JCudaDriver.cuMemAlloc(new CUdeviceptr(), 16));
        }
    }

    @Test
    void withoutADeviceOrWithAnOldDriverTheStartFails() {
        try (CudaDouble cuda = open()) {
            cuda.set("devices", 0);
            assertThat(JCudaDriver.cuInit(0)).isEqualTo(CUresult.CUDA_ERROR_NO_DEVICE);
            cuda.set("devices", 1).set("driver_version", 11_040);
            makeContext();
            assertThat(load(".version 8.5\n.target sm_70\n")).isEqualTo(CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
            assertThat(load(".version 7.0\n.target sm_90\n")).isEqualTo(CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU);
        }
    }

    @Test
    void aModuleThatDoesNotFitTheKernelsOfTheHostIsRefused() {
        try (CudaDouble cuda = open()) {
            makeContext();
            String head = ".version 8.5\n.target sm_70\n.address_size 64\n";
            assertThat(load(head + ".visible .entry nothing(\n.param .u32 a\n)\n{\nret;\n}\n"))
                    .isEqualTo(CUresult.CUDA_ERROR_INVALID_PTX);
            assertThat(cuda.report()).contains("nothing");
            assertThat(load(head + ".visible .entry scan_logits(\n.param .u32 a\n)\n{\nret;\n}\n"))
                    .isEqualTo(CUresult.CUDA_ERROR_INVALID_PTX);
            assertThat(cuda.report()).contains("scan_logits: parameters of other sizes");
        }
    }

    private static int load(String ptx) {
        byte[] text = ptx.getBytes(StandardCharsets.US_ASCII);
        return JCudaDriver.cuModuleLoadData(new CUmodule(), Arrays.copyOf(text, text.length + 1));
    }
}
