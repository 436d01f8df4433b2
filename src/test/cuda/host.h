// What src/main/cuda/device.cuh declares for kernels on the host and block.cpp implements; kept the same by the linker.
#pragma once

#include <cstddef>
#include <cstdint>

namespace host {

struct Dim {
    unsigned x, y, z;
};

struct Thread {
    Dim thread, block, threads, blocks; // indices, and how many of them
};

const Thread& current();
void sync_block();
void sync_warp();
uint32_t exchange(uint32_t value, int source_lane);
unsigned ballot(bool predicate);
void* shared(const void* site, size_t bytes);
void* dynamic_shared();
uint32_t atomic_add(uint32_t* at, uint32_t value);
uint64_t atomic_add(uint64_t* at, uint64_t value);
void register_entry(
        const char* name, size_t count, const size_t* sizes, void (*call)(void (*)(), void**), void (*entry)());

} // namespace host
