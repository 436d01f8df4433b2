// What the compiler's sanitizers call from kernels: each load and store of the thread sanitizer's instrumentation,
// and each finding of the undefined-behaviour sanitizer. Neither sanitizer's own library is linked.
//
// Shared memory keeps for each word who wrote and read it last. Two accesses of different threads to a word, one of
// them a write, need a __syncthreads between them, or a __syncwarp of all lanes if both threads are of one warp: else
// the result depends on the order in which the hardware runs them, and the launch fails whatever the order was here.
// Device memory keeps who wrote a word last, for the same check within a block, except of writes after reads. What
// blocks do to each other shows in the order of the schedules only.
#include "runtime.h"

#include <cstdarg>
#include <cstring>
#include <dlfcn.h>
#include <link.h>

namespace cuda_double {

unsigned char shared_memory[SHARED_BYTES] __attribute__((aligned(1024)));

namespace {

struct Access {
    uint32_t epoch;      // of the block's barriers; 0 for none
    uint32_t warp_epoch; // of the warp's barriers
    uint16_t thread;
    uint16_t bytes; // which of the word's four, as bits
};

struct Word {
    Access write, read, other_read;
};

Word words[SHARED_BYTES / 4];
unsigned char shared_state[SHARED_BYTES];
unsigned dynamic_bytes;
uintptr_t library_low, library_high;

int find_library(dl_phdr_info* info, size_t, void*) {
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const auto& segment = info->dlpi_phdr[i];
        uintptr_t low = info->dlpi_addr + segment.p_vaddr;
        auto here = reinterpret_cast<uintptr_t>(&shared_memory);
        if (segment.p_type == PT_LOAD && here >= low && here < low + segment.p_memsz) {
            library_low = info->dlpi_addr;
            for (int j = 0; j < info->dlpi_phnum; j++) {
                const auto& part = info->dlpi_phdr[j];
                if (part.p_type == PT_LOAD) {
                    library_high = std::max(library_high, info->dlpi_addr + part.p_vaddr + part.p_memsz);
                }
            }
            return 1;
        }
    }
    return 0;
}

// Whether an earlier access needs no barrier before one of the running thread.
bool ordered(const Access& earlier, unsigned bytes) {
    if (earlier.epoch != block_epoch || earlier.thread == current_thread || (earlier.bytes & bytes) == 0) {
        return true;
    }
    return earlier.thread / 32 == current_thread / 32 && earlier.warp_epoch != warp_epoch_of(current_thread);
}

[[noreturn]] void race(const char* kind, const Access& earlier, unsigned offset, const void* from) {
    fault(
            LAUNCH_FAILED, "race in shared memory at byte %u: %s thread %u without a barrier between, at %s", offset,
            kind, unsigned(earlier.thread), source_line(from).c_str());
}

void shared_access(unsigned offset, unsigned size, bool write, bool atomic, const void* from) {
    for (unsigned i = 0; i < size; i++) {
        if (offset + i >= SHARED_BYTES || shared_state[offset + i] == OUTSIDE) {
            fault(
                    ILLEGAL_ADDRESS, "%s of %u bytes outside shared memory (dynamic part: %u bytes), at %s",
                    write ? "write" : "read", size, dynamic_bytes, source_line(from).c_str());
        }
    }
    for (unsigned at = offset & ~3u; at < offset + size; at += 4) {
        Word& word = words[at / 4];
        unsigned bytes = 0;
        for (unsigned b = 0; b < 4; b++) {
            bytes |= at + b >= offset && at + b < offset + size ? 1u << b : 0;
        }
        Access now{
                block_epoch, warp_epoch_of(current_thread), static_cast<uint16_t>(current_thread),
                static_cast<uint16_t>(bytes)};
        if (atomic) {
            continue; // atomics are ordered among themselves; mixing them with plain accesses is not looked for
        }
        if (!ordered(word.write, bytes)) {
            race(write ? "written after" : "read after a write by", word.write, at, from);
        }
        if (write) {
            if (!ordered(word.read, bytes)) {
                race("written after a read by", word.read, at, from);
            }
            if (!ordered(word.other_read, bytes)) {
                race("written after a read by", word.other_read, at, from);
            }
            word.write = now;
        } else {
            if (word.read.epoch == block_epoch && word.read.thread != current_thread) {
                word.other_read = word.read;
            }
            word.read = now;
        }
    }
}

bool is_allocated(const unsigned char* state, unsigned size) {
    uint64_t first = 0, second = 0;
    switch (size) {
    case 4: memcpy(&first, state, 4); return first == 0x01010101u * ALLOCATED;
    case 16:
        memcpy(&first, state, 8);
        memcpy(&second, state + 8, 8);
        return (first & second) == 0x0101010101010101u * ALLOCATED;
    default: return false; // looked at byte by byte
    }
}

void device_access(uintptr_t at, unsigned size, bool write, const void* from) {
    if (is_allocated(heap_state + (at - heap_base), size)) {
        return;
    }
    for (unsigned i = 0; i < size; i++) {
        if (heap_state[at - heap_base + i] != ALLOCATED) {
            const Allocation* near = heap_find(at);
            std::string what = "no allocation is there";
            for (uintptr_t back = at; near == nullptr && back > at - 1024 && back > heap_base; back--) {
                near = heap_find(back);
            }
            if (near != nullptr) {
                what = "the allocation before it has " + std::to_string(near->bytes) + " bytes, this is byte " +
                       std::to_string(at - near->at);
            }
            fault(
                    ILLEGAL_ADDRESS, "%s of %u bytes outside device memory: %s, at %s", write ? "write" : "read", size,
                    what.c_str(), source_line(from).c_str());
        }
    }
}

// A write, or a read of what another thread of the block wrote, since the last barrier.
void device_order(uintptr_t at, unsigned size, bool write, const void* from) {
    auto warp_epoch = static_cast<uint16_t>(warp_epoch_of(current_thread));
    for (uintptr_t word = at & ~uintptr_t{3}; word < at + size; word += 4) {
        uint16_t bytes = 15;
        if (word < at || word + 4 > at + size) {
            bytes = 0;
            for (unsigned b = 0; b < 4; b++) {
                bytes |= static_cast<uint16_t>(word + b >= at && word + b < at + size ? 1u << b : 0);
            }
        }
        Written& last = heap_written[(word - heap_base) / 4];
        if (last.epoch == block_epoch && last.thread != current_thread && (last.bytes & bytes) != 0 &&
            !(last.thread / 32 == current_thread / 32 && last.warp_epoch != warp_epoch)) {
            fault(
                    LAUNCH_FAILED, "race in device memory: %s thread %u wrote, without a barrier between, at %s",
                    write ? "writes what" : "reads what", unsigned(last.thread), source_line(from).c_str());
        }
        if (write) {
            last.epoch = block_epoch;
            last.warp_epoch = warp_epoch;
            last.thread = static_cast<uint16_t>(current_thread & 0xfff);
            last.bytes = bytes & 15;
        }
    }
}

inline void access(const void* address, unsigned size, bool write, const void* from, bool atomic = false) {
    auto at = reinterpret_cast<uintptr_t>(address);
    if (at >= stack_low && at + size <= stack_high) {
        return;
    }
    if (at - heap_base < HEAP_BYTES) {
        device_access(at, size, write, from);
        if (!atomic) {
            device_order(at, size, write, from);
        }
        return;
    }
    auto offset = at - reinterpret_cast<uintptr_t>(shared_memory);
    if (offset < SHARED_BYTES) {
        shared_access(static_cast<unsigned>(offset), size, write, false, from);
        return;
    }
    if (at >= library_low && at < library_high && !write) {
        return; // constants of the kernels, and threadIdx and its like
    }
    Dl_info constants;
    if (stack_low == 0) {
        return; // a library's initialisers
    }
    if (host_memory_holds(at, size) || (!write && dladdr(address, &constants) != 0)) {
        return; // pinned memory, or constants of a variant's library
    }
    fault(
            ILLEGAL_ADDRESS, "%s of %u bytes at %p, which is no memory of the device, at %s", write ? "write" : "read",
            size, address, source_line(from).c_str());
}

} // namespace

// ---- Shared memory of a block.

void shared_begin_block(unsigned bytes) {
    if (library_high == 0) {
        dl_iterate_phdr(find_library, nullptr);
    }
    if (dynamic_bytes != bytes) {
        memset(shared_state + DYNAMIC_AT, OUTSIDE, SHARED_BYTES - DYNAMIC_AT);
        memset(shared_state + DYNAMIC_AT, ALLOCATED, bytes);
        dynamic_bytes = bytes;
    }
    memset(shared_memory + DYNAMIC_AT, 0xff, bytes);
}

// Static arrays of a launch: the first thread of a block that declares one makes it.
void shared_declare(unsigned offset, unsigned bytes) {
    memset(shared_memory + offset, 0xff, bytes);
    memset(shared_state + offset, ALLOCATED, bytes);
}

void shared_forget_static(unsigned end) { memset(shared_state, OUTSIDE, end); }

void check_atomic(const void* at, unsigned bytes, const void* from) {
    auto address = reinterpret_cast<uintptr_t>(at);
    if (address % bytes != 0) {
        fault(MISALIGNED_ADDRESS, "atomic of %u bytes at a misaligned address, at %s", bytes, source_line(from).c_str());
    }
    auto offset = address - reinterpret_cast<uintptr_t>(shared_memory);
    if (offset < SHARED_BYTES) {
        shared_access(static_cast<unsigned>(offset), bytes, true, true, from);
    } else {
        access(at, bytes, true, from, true);
    }
}

std::string source_line(const void* address) {
    Dl_info info;
    if (dladdr(address, &info) == 0 || info.dli_fname == nullptr) {
        return "?";
    }
    char text[1024];
    auto offset = reinterpret_cast<uintptr_t>(address) - reinterpret_cast<uintptr_t>(info.dli_fbase) - 1;
    snprintf(text, sizeof(text), "addr2line -s -e '%s' 0x%zx 2>/dev/null", info.dli_fname, size_t(offset));
    std::string line;
    if (FILE* pipe = popen(text, "r")) {
        if (fgets(text, sizeof(text), pipe) != nullptr && text[0] != '?') {
            line = std::string(text, strcspn(text, " \n"));
        }
        pclose(pipe);
    }
    if (line.empty()) {
        snprintf(text, sizeof(text), "%s+0x%zx", info.dli_sname == nullptr ? "?" : info.dli_sname, size_t(offset));
        line = text;
    }
    return line;
}

} // namespace cuda_double

// ---- The thread sanitizer's functions.

using cuda_double::access;
#define HERE __builtin_return_address(0)

extern "C" {
void __tsan_init(void) {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit(void) {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
#define ACCESS_OF(size)                                                                                                \
    void __tsan_read##size(void* at) { access(at, size, false, HERE); }                                                \
    void __tsan_write##size(void* at) { access(at, size, true, HERE); }                                                \
    void __tsan_unaligned_read##size(void* at) { access(at, size, false, HERE); }                                      \
    void __tsan_unaligned_write##size(void* at) { access(at, size, true, HERE); }                                      \
    void __tsan_volatile_read##size(void* at) { access(at, size, false, HERE); }                                       \
    void __tsan_volatile_write##size(void* at) { access(at, size, true, HERE); }
ACCESS_OF(1)
ACCESS_OF(2)
ACCESS_OF(4)
ACCESS_OF(8)
ACCESS_OF(16)
#undef ACCESS_OF
void __tsan_read_range(void* at, size_t size) { access(at, unsigned(size), false, HERE); }
void __tsan_write_range(void* at, size_t size) { access(at, unsigned(size), true, HERE); }
unsigned char __tsan_atomic8_load(const volatile unsigned char* at, int) { return *at; }
void __tsan_atomic_signal_fence(int) {}
void __tsan_atomic_thread_fence(int) {}

// ---- The undefined-behaviour sanitizer's functions: all begin with the place in the source.

struct Place {
    const char* file;
    unsigned line, column;
};
struct TypeMismatch {
    Place place;
    void* type;
    unsigned char log_alignment, kind;
};
} // extern "C"

static std::string place_name(const Place& place) {
    const char* file = place.file == nullptr ? "?" : place.file;
    const char* slash = strrchr(file, '/');
    return std::string(slash == nullptr ? file : slash + 1) + ":" + std::to_string(place.line);
}

extern "C" {
void __ubsan_handle_type_mismatch_v1(TypeMismatch* data, uintptr_t pointer) {
    uintptr_t alignment = uintptr_t{1} << data->log_alignment;
    if (pointer != 0 && pointer % alignment != 0) {
        cuda_double::fault(
                cuda_double::MISALIGNED_ADDRESS, "access at an address that is no multiple of %zu, at %s",
                size_t(alignment), place_name(data->place).c_str());
    }
    cuda_double::fault(
            cuda_double::ILLEGAL_ADDRESS, "access through a null pointer or outside an object, at %s",
            place_name(data->place).c_str());
}
#define FINDING(name, what)                                                                                            \
    void __ubsan_handle_##name(Place* data, ...) {                                                                     \
        cuda_double::fault(cuda_double::LAUNCH_FAILED, what ", at %s", place_name(*data).c_str());                     \
    }
FINDING(add_overflow, "signed addition overflows")
FINDING(sub_overflow, "signed subtraction overflows")
FINDING(mul_overflow, "signed multiplication overflows")
FINDING(negate_overflow, "negation overflows")
FINDING(divrem_overflow, "division by zero or overflow")
FINDING(shift_out_of_bounds, "shift by more than the type has")
FINDING(out_of_bounds, "index outside an array")
FINDING(load_invalid_value, "value that its type does not have")
FINDING(builtin_unreachable, "unreachable code reached")
FINDING(missing_return, "function without its return value")
FINDING(vla_bound_not_positive, "array of no length")
FINDING(float_cast_overflow, "float outside the integer's range")
FINDING(nonnull_arg, "null for an argument that may not be null")
FINDING(pointer_overflow, "pointer arithmetic overflows")
FINDING(invalid_builtin, "zero for a count of zeros")
#undef FINDING
}
