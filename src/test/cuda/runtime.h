// The test double's machine: memory that knows its bounds, and blocks whose threads are fibers.
//
// One lock (driver.cpp) protects all of it; a kernel runs on the thread that waits for it. Kernels are compiled with
// the compiler's thread sanitizer switched on, without its library: every load and store calls a function in
// checks.cpp, which knows what may be read and written and by which threads. The undefined-behaviour sanitizer
// reports there too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cuda_double {

struct Dim {
    unsigned x, y, z;
};

// ---- Faults: what a kernel did wrong. The first one of a launch ends it.

constexpr int ILLEGAL_ADDRESS = 700;
constexpr int LAUNCH_FAILED = 719;
constexpr int MISALIGNED_ADDRESS = 716;

// Ends the running kernel with an error of the driver and a sentence; called on a fiber; does not return.
[[noreturn]] void fault(int code, const char* format, ...) __attribute__((format(printf, 2, 3)));

// "file:line" of an address inside the kernels, or its offset if addr2line is not installed.
std::string source_line(const void* address);

// ---- Device memory. Addresses are never used twice, so that a use after free is found.

extern uintptr_t heap_base;
constexpr uintptr_t HEAP_BYTES = uintptr_t{1} << 37;
extern unsigned char* heap_state; // one byte for each byte of the heap
constexpr unsigned char OUTSIDE = 0, ALLOCATED = 1;

// Who wrote a word of device memory last.
struct Written {
    uint32_t epoch;      // of the block's barriers; 0 for nobody
    uint16_t warp_epoch; // of the warp's barriers, its low bits
    uint16_t thread : 12;
    uint16_t bytes : 4; // which of the word's four, as bits
};
extern Written* heap_written; // one for each word of the heap

struct Allocation {
    uintptr_t at;
    size_t bytes;
};

bool heap_open();
uintptr_t heap_allocate(size_t bytes); // poisoned with 0xff: NaN as a float, -1 as an integer
bool heap_free(uintptr_t at);
void heap_free_all();
const Allocation* heap_find(uintptr_t at); // the allocation that holds the address, or null
bool heap_holds(uintptr_t at, size_t bytes);
size_t heap_live_bytes();
size_t heap_live_count();

// Pinned host memory that kernels may read and write as well.
void host_memory_allow(void* at, size_t bytes);
void host_memory_forget(void* at);
bool host_memory_holds(uintptr_t at, size_t bytes);

// ---- Shared memory of the running block.

constexpr unsigned SHARED_BYTES = 256 * 1024;
constexpr unsigned DYNAMIC_AT = 128 * 1024;
extern unsigned char shared_memory[SHARED_BYTES];

// ---- Blocks.

enum class Schedule { FORWARD = 0, REVERSE = 1, RANDOM = 2 };

extern Schedule schedule;
extern uint64_t random_state;
uint64_t next_random();

// Number of threads of the running fiber in its block, for the checks of shared memory.
extern unsigned current_thread;
extern unsigned block_epoch; // grows with each barrier of any block
extern uintptr_t stack_low, stack_high;

unsigned warp_epoch_of(unsigned thread);

struct Kernel {
    std::string name;
    std::vector<size_t> parameters; // their sizes
    void (*call)(void (*function)(), void** parameters);
    void (*function)();
};

// The entry of that name, or null. A broken variant's library, if one is chosen, goes before the kernels themselves;
// those for tensor cores are in a library of their own, with the instructions in plain C++.
const Kernel* find_kernel(const std::string& name, bool tensor_cores);

bool load_tensor_cores();

// Loads a library of kernels and prefers its entries; null prefers the kernels themselves again.
bool choose_variant(const char* library);

struct Outcome {
    int code = 0;
    std::string message;
};

// Runs every block of a launch; returns the first fault.
Outcome run_kernel(const Kernel& kernel, Dim grid, Dim block, unsigned dynamic_shared_bytes, void** parameters);

// Bounds and state of shared memory at the start of a block.
void shared_begin_block(unsigned dynamic_bytes);

// What a launch of the running kernel is called in messages: name, block and thread.
std::string where();

} // namespace cuda_double
