// Device memory of the test double: a reserved range of addresses that is handed out once, front to back, with gaps.
#include "runtime.h"

#include <cstring>
#include <map>
#include <sys/mman.h>

namespace cuda_double {

uintptr_t heap_base;
unsigned char* heap_state;
Written* heap_written;

namespace {
constexpr size_t ALIGNMENT = 256; // what the driver promises, and no more
constexpr size_t PAGE = 4096;
uintptr_t next_address;
size_t live_bytes;
std::map<uintptr_t, size_t> allocations;
std::map<uintptr_t, size_t> host_ranges;

void* reserve(size_t bytes) {
    void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? nullptr : at;
}

const std::pair<const uintptr_t, size_t>* holding(const std::map<uintptr_t, size_t>& ranges, uintptr_t at) {
    auto after = ranges.upper_bound(at);
    if (after == ranges.begin()) {
        return nullptr;
    }
    auto range = std::prev(after);
    return at - range->first < range->second ? &*range : nullptr;
}

// Gives whole pages inside [at, at+bytes) back to the system; they read as zero afterwards.
void release_pages(uintptr_t at, size_t bytes) {
    uintptr_t from = (at + PAGE - 1) & ~(PAGE - 1);
    uintptr_t to = (at + bytes) & ~(PAGE - 1);
    if (to > from) {
        madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
    }
}
} // namespace

bool heap_open() {
    if (heap_base != 0) {
        return true;
    }
    void* heap = reserve(HEAP_BYTES);
    void* state = reserve(HEAP_BYTES);
    void* written = reserve(HEAP_BYTES / 4 * sizeof(Written));
    if (heap == nullptr || state == nullptr || written == nullptr) {
        return false;
    }
    heap_state = static_cast<unsigned char*>(state);
    heap_written = static_cast<Written*>(written);
    heap_base = reinterpret_cast<uintptr_t>(heap);
    next_address = heap_base + ALIGNMENT;
    return true;
}

uintptr_t heap_allocate(size_t bytes) {
    size_t room = (bytes + 2 * ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (next_address + room > heap_base + HEAP_BYTES) {
        return 0;
    }
    uintptr_t at = next_address;
    // An odd multiple of the alignment, so that nobody relies on more than the driver promises.
    next_address += room % (2 * ALIGNMENT) == 0 ? room : room + ALIGNMENT;
    memset(reinterpret_cast<void*>(at), 0xff, bytes);
    memset(heap_state + (at - heap_base), ALLOCATED, bytes);
    allocations[at] = bytes;
    live_bytes += bytes;
    return at;
}

bool heap_free(uintptr_t at) {
    auto found = allocations.find(at);
    if (found == allocations.end()) {
        return false;
    }
    size_t bytes = found->second;
    memset(heap_state + (at - heap_base), OUTSIDE, bytes);
    release_pages(at, bytes);
    release_pages(reinterpret_cast<uintptr_t>(heap_state) + (at - heap_base), bytes);
    release_pages(reinterpret_cast<uintptr_t>(heap_written + (at - heap_base) / 4), bytes / 4 * sizeof(Written));
    live_bytes -= bytes;
    allocations.erase(found);
    return true;
}

void heap_free_all() {
    while (!allocations.empty()) {
        heap_free(allocations.begin()->first);
    }
}

const Allocation* heap_find(uintptr_t at) {
    static Allocation found;
    auto range = holding(allocations, at);
    if (range == nullptr) {
        return nullptr;
    }
    found = {range->first, range->second};
    return &found;
}

bool heap_holds(uintptr_t at, size_t bytes) {
    auto range = holding(allocations, at);
    return range != nullptr && bytes <= range->second - (at - range->first);
}

size_t heap_live_bytes() { return live_bytes; }
size_t heap_live_count() { return allocations.size(); }

void host_memory_allow(void* at, size_t bytes) { host_ranges[reinterpret_cast<uintptr_t>(at)] = bytes; }
void host_memory_forget(void* at) { host_ranges.erase(reinterpret_cast<uintptr_t>(at)); }

bool host_memory_holds(uintptr_t at, size_t bytes) {
    auto range = holding(host_ranges, at);
    return range != nullptr && bytes <= range->second - (at - range->first);
}

} // namespace cuda_double
