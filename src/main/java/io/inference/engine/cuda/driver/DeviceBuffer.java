package io.inference.engine.cuda.driver;

import jcuda.driver.CUdeviceptr;

/**
 * A range of device memory.
 *
 * @param address the device address of its first byte
 * @param bytes its size
 */
public record DeviceBuffer(long address, long bytes) {
    /** The range of {@code count} bytes from {@code offset} on. */
    public DeviceBuffer slice(long offset, long count) {
        if (offset < 0 || count < 0 || offset > bytes - count) {
            throw new IndexOutOfBoundsException("%d bytes at %d of %d".formatted(count, offset, bytes));
        }
        return new DeviceBuffer(address + offset, count);
    }

    /** The device address of the byte at {@code offset}. */
    public long at(long offset) {
        return slice(offset, 0).address;
    }

    /** A device address as JCuda takes it. */
    static final class Pointer extends CUdeviceptr {
        /** A null pointer, which an allocation sets. */
        Pointer() {}

        Pointer(long address) {
            super(new CUdeviceptr(), address);
        }

        long address() {
            return getNativePointer() + getByteOffset();
        }
    }
}
