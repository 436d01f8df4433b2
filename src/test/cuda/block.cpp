// Runs a launch: block after block, the threads of a block as fibers on one thread of the host. A fiber runs until it
// parks at a barrier or at a collective of its warp; the schedule decides which runs next. Three schedules exist
// because an error of order shows in some of them only: forward, reverse, and random by a seed.
#include "runtime.h"

#include "host.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <dlfcn.h>
#include <map>
#include <sys/mman.h>

// cuda_double_switch(save, next): keeps the callee-saved registers and the stack pointer of the caller in *save and
// continues where next was kept.
#if !defined(__x86_64__)
#error "the driver's Java binding exists for x86-64 only, and so does its test double"
#endif
asm(R"(
.text
.globl cuda_double_switch
.hidden cuda_double_switch
.type cuda_double_switch,@function
cuda_double_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size cuda_double_switch,.-cuda_double_switch
)");
extern "C" void cuda_double_switch(void** save, void* next);

namespace cuda_double {

void shared_declare(unsigned offset, unsigned bytes);
void shared_forget_static(unsigned end);
void check_atomic(const void* at, unsigned bytes, const void* from);

Schedule schedule = Schedule::FORWARD;
uint64_t random_state = 0x9e3779b97f4a7c15u;
unsigned current_thread;
unsigned block_epoch = 1;
uintptr_t stack_low, stack_high;

uint64_t next_random() {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

namespace {

constexpr size_t STACK = 128 * 1024;
constexpr unsigned MOST_THREADS = 1024;
constexpr unsigned GAP = 64; // between static shared arrays, so that a step past one is found

enum class State : unsigned char { READY, AT_WARP, AT_BLOCK, DONE };
enum class Collective : unsigned char { EXCHANGE, BALLOT, BARRIER };

// A static array of the running launch.
struct SharedArray {
    const void* site;
    size_t bytes;
    unsigned at;
    unsigned epoch; // of the block that it was last poisoned for
};

struct Fiber {
    void* stack_pointer;
    unsigned char* stack;
    host::Thread thread;
    State state;
    const void* site; // where it is parked
    // The collective that it waits in.
    Collective kind;
    uint32_t lane, value, result;
};

struct Warp {
    unsigned lanes;   // that exist
    unsigned arrived; // at a collective
    unsigned epoch;   // barriers of the whole warp
};

Fiber fibers[MOST_THREADS];
Warp warps[MOST_THREADS / 32];
unsigned thread_count;
Fiber* running;
void* scheduler_stack;
std::vector<SharedArray> shared_arrays;
unsigned first_epoch; // of the running block
const Kernel* kernel;
void** arguments;
Outcome outcome;
bool failed;

[[noreturn]] void leave(State state) {
    running->state = state;
    for (;;) {
        cuda_double_switch(&running->stack_pointer, scheduler_stack);
    }
}

void park(State state) {
    running->state = state;
    cuda_double_switch(&running->stack_pointer, scheduler_stack);
}

extern "C" void cuda_double_fiber_main() {
    kernel->call(kernel->function, arguments);
    leave(State::DONE);
}

void prepare(Fiber& fiber) {
    if (fiber.stack == nullptr) {
        void* at = mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        fiber.stack = static_cast<unsigned char*>(at);
        mprotect(fiber.stack, 4096, PROT_NONE);
    }
    auto top = reinterpret_cast<void**>(fiber.stack + STACK);
    *--top = nullptr; // keeps the stack aligned as after a call
    *--top = reinterpret_cast<void*>(&cuda_double_fiber_main);
    for (int i = 0; i < 6; i++) {
        *--top = nullptr;
    }
    fiber.stack_pointer = top;
    fiber.state = State::READY;
}

void resume(unsigned thread) {
    running = &fibers[thread];
    current_thread = thread;
    stack_low = reinterpret_cast<uintptr_t>(running->stack);
    stack_high = stack_low + STACK;
    cuda_double_switch(&scheduler_stack, running->stack_pointer);
    stack_low = stack_high = 0;
}

void fail_here(int code, const std::string& message) {
    if (!failed) {
        failed = true;
        outcome = {code, message};
    }
}

void order_of(unsigned count, std::vector<unsigned>& order) {
    order.resize(count);
    for (unsigned i = 0; i < count; i++) {
        order[i] = schedule == Schedule::REVERSE ? count - 1 - i : i;
    }
    if (schedule == Schedule::RANDOM) {
        for (unsigned i = count; i > 1; i--) {
            std::swap(order[i - 1], order[next_random() % i]);
        }
    }
}

std::string triple(const char* what, const host::Dim& at) {
    return std::string(what) + " (" + std::to_string(at.x) + "," + std::to_string(at.y) + "," + std::to_string(at.z) +
           ")";
}

std::string block_name() { return kernel->name + ", " + triple("block", fibers[0].thread.block); }

std::string thread_name(unsigned thread) { return triple("thread", fibers[thread].thread.thread); }

// Whether two places are one line of the source; an unrolled loop has several addresses for one.
bool same_line(const void* a, const void* b) {
    static std::map<const void*, std::string> lines;
    if (a == b) {
        return true;
    }
    for (const void* place : {a, b}) {
        if (lines.find(place) == lines.end()) {
            lines[place] = source_line(place);
        }
    }
    return lines[a] == lines[b];
}

// All threads wait or have ended: either the barrier opens or the block cannot go on.
void open_barrier() {
    unsigned example = thread_count, ended = thread_count;
    for (unsigned t = 0; t < thread_count; t++) {
        const Fiber& fiber = fibers[t];
        if (fiber.state == State::AT_WARP) {
            fail_here(
                    LAUNCH_FAILED, block_name() + ": " + thread_name(t) + " waits at " + source_line(fiber.site) +
                                           " for lanes of its warp that do not come");
            return;
        }
        if (fiber.state == State::DONE) {
            ended = t;
        } else if (example == thread_count) {
            example = t;
        } else if (!same_line(fiber.site, fibers[example].site)) {
            fail_here(
                    LAUNCH_FAILED, block_name() + ": " + thread_name(example) + " is at the barrier of " +
                                           source_line(fibers[example].site) + ", " + thread_name(t) + " at that of " +
                                           source_line(fiber.site));
            return;
        }
    }
    if (ended < thread_count) {
        fail_here(
                LAUNCH_FAILED, block_name() + ": " + thread_name(example) + " is at the barrier of " +
                                       source_line(fibers[example].site) + ", which " + thread_name(ended) +
                                       " ended without reaching");
        return;
    }
    block_epoch++;
    for (unsigned t = 0; t < thread_count; t++) {
        fibers[t].state = State::READY;
    }
}

void run_block() {
    static std::vector<unsigned> order;
    for (unsigned t = 0; t < thread_count; t++) {
        prepare(fibers[t]);
    }
    for (unsigned w = 0; w * 32 < thread_count; w++) {
        unsigned lanes = std::min(32u, thread_count - w * 32);
        warps[w] = {lanes == 32 ? 0xffffffffu : (1u << lanes) - 1, 0, 1};
    }
    first_epoch = ++block_epoch;
    order_of(thread_count, order);
    for (;;) {
        bool progress = false;
        bool unfinished = false;
        for (unsigned t : order) {
            if (fibers[t].state == State::READY) {
                resume(t);
                progress = true;
                if (failed) {
                    return;
                }
            }
            unfinished |= fibers[t].state != State::DONE;
        }
        if (!unfinished) {
            return;
        }
        if (!progress) {
            open_barrier();
            if (failed) {
                return;
            }
        }
        if (schedule == Schedule::RANDOM) {
            order_of(thread_count, order);
        }
    }
}

// Arrives at a collective of the whole warp; its last lane gives every lane its result.
uint32_t collective(Collective kind, uint32_t value, unsigned lane, const void* site) {
    unsigned first = current_thread / 32 * 32;
    Warp& warp = warps[first / 32];
    Fiber& me = *running;
    me.kind = kind;
    me.lane = lane;
    me.value = value;
    me.site = site;
    warp.arrived |= 1u << current_thread % 32;
    if (warp.arrived != warp.lanes) {
        park(State::AT_WARP);
        return me.result;
    }
    warp.arrived = 0;
    unsigned ballot = 0;
    unsigned count = std::min(32u, thread_count - first);
    for (unsigned other = 0; other < count; other++) {
        Fiber& fiber = fibers[first + other];
        if (fiber.kind != kind) {
            fault(
                    LAUNCH_FAILED, "lanes of one warp wait in different collectives, at %s and %s",
                    source_line(site).c_str(), source_line(fiber.site).c_str());
        }
        ballot |= fiber.value != 0 ? 1u << other : 0;
    }
    for (unsigned other = 0; other < count; other++) {
        Fiber& fiber = fibers[first + other];
        if (kind == Collective::EXCHANGE && fiber.lane >= count) {
            fault(LAUNCH_FAILED, "an exchange with lane %u, at %s", fiber.lane, source_line(site).c_str());
        }
        fiber.result = kind == Collective::EXCHANGE ? fibers[first + fiber.lane].value : ballot;
        fiber.state = State::READY;
    }
    warp.epoch += kind == Collective::BARRIER ? 1 : 0;
    return me.result;
}

} // namespace

unsigned warp_epoch_of(unsigned thread) { return warps[thread / 32].epoch; }

std::string where() { return block_name() + ", " + thread_name(current_thread); }

void fault(int code, const char* format, ...) {
    char text[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    fail_here(code, where() + ": " + text);
    leave(State::DONE);
}

namespace {
// By the library that they came from: "" for the double's own.
std::map<std::string, std::map<std::string, Kernel>>& libraries() {
    static std::map<std::string, std::map<std::string, Kernel>> all;
    return all;
}

// The broken library whose entries are preferred; "" for none.
std::string& variant() {
    static std::string name;
    return name;
}

// The library that is being loaded: its static initialisers register its entries.
std::string& registering() {
    static std::string name;
    return name;
}

bool load_library(const std::string& library) {
    if (libraries().count(library) != 0) {
        return true;
    }
    registering() = library;
    void* loaded = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    registering().clear();
    if (loaded == nullptr) {
        fprintf(stderr, "cuda double: %s\n", dlerror());
    }
    return loaded != nullptr;
}

std::string tensor_cores_library() {
    Dl_info info;
    dladdr(reinterpret_cast<const void*>(&tensor_cores_library), &info);
    std::string own = info.dli_fname;
    return own.substr(0, own.rfind('/') + 1) + "TENSOR_CORES.so";
}
} // namespace

const Kernel* find_kernel(const std::string& name, bool tensor_cores) {
    std::vector<std::string> order = {""};
    if (tensor_cores) {
        order.insert(order.begin(), tensor_cores_library());
    }
    if (!variant().empty()) {
        order.insert(order.begin(), variant());
    }
    for (const std::string& library : order) {
        auto& entries = libraries()[library];
        auto found = entries.find(name);
        if (found != entries.end()) {
            return &found->second;
        }
    }
    return nullptr;
}

bool load_tensor_cores() { return load_library(tensor_cores_library()); }

bool choose_variant(const char* library) {
    variant() = library == nullptr ? "" : library;
    if (variant().empty() || load_library(variant())) {
        return true;
    }
    variant().clear();
    return false;
}

Outcome run_kernel(const Kernel& entry, Dim grid, Dim block, unsigned dynamic_bytes, void** parameters) {
    kernel = &entry;
    arguments = parameters;
    outcome = {};
    failed = false;
    thread_count = block.x * block.y * block.z;
    for (unsigned t = 0; t < thread_count; t++) {
        fibers[t].thread.thread = {t % block.x, t / block.x % block.y, t / block.x / block.y};
        fibers[t].thread.threads = {block.x, block.y, block.z};
        fibers[t].thread.blocks = {grid.x, grid.y, grid.z};
    }
    shared_arrays.clear();
    std::vector<unsigned> order;
    order_of(grid.x * grid.y * grid.z, order);
    for (unsigned b : order) {
        for (unsigned t = 0; t < thread_count; t++) {
            fibers[t].thread.block = {b % grid.x, b / grid.x % grid.y, b / grid.x / grid.y};
        }
        shared_begin_block(dynamic_bytes);
        run_block();
        if (failed) {
            break;
        }
    }
    shared_forget_static(DYNAMIC_AT);
    return outcome;
}

} // namespace cuda_double

// ---- What device.cuh declares for kernels on the host.

namespace host {

using namespace cuda_double;

const Thread& current() { return running->thread; }

void sync_block() {
    running->site = __builtin_return_address(0);
    park(State::AT_BLOCK);
}

void sync_warp() { collective(Collective::BARRIER, 0, 0, __builtin_return_address(0)); }

uint32_t exchange(uint32_t value, int source_lane) {
    return collective(Collective::EXCHANGE, value, static_cast<unsigned>(source_lane), __builtin_return_address(0));
}

unsigned ballot(bool predicate) {
    return collective(Collective::BALLOT, predicate ? 1 : 0, 0, __builtin_return_address(0));
}

void* shared(const void* site, size_t bytes) {
    unsigned end = 0;
    for (SharedArray& array : shared_arrays) {
        if (array.site == site) {
            if (array.epoch != first_epoch) {
                array.epoch = first_epoch;
                shared_declare(array.at, static_cast<unsigned>(array.bytes));
            }
            return shared_memory + array.at;
        }
        end = array.at + static_cast<unsigned>(array.bytes) + GAP;
    }
    unsigned at = (end + 15) / 16 * 16;
    // The PTX's compiler holds kernels to 48 KiB; what stands in for tensor cores here takes some as well.
    if (at + bytes + GAP > DYNAMIC_AT) {
        fault(LAUNCH_FAILED, "more static shared memory than the test double has");
    }
    shared_arrays.push_back({site, bytes, at, first_epoch});
    shared_declare(at, static_cast<unsigned>(bytes));
    return shared_memory + at;
}

void* dynamic_shared() { return shared_memory + DYNAMIC_AT; }

template <typename T>
static T checked_add(T* at, T value, const void* from) {
    check_atomic(at, sizeof(T), from);
    T old = *at;
    *at += value;
    return old;
}

uint32_t atomic_add(uint32_t* at, uint32_t value) { return checked_add(at, value, __builtin_return_address(0)); }
uint64_t atomic_add(uint64_t* at, uint64_t value) { return checked_add(at, value, __builtin_return_address(0)); }

void register_entry(
        const char* name, size_t count, const size_t* sizes, void (*call)(void (*)(), void**), void (*entry)()) {
    libraries()[registering()][name] = {name, std::vector<size_t>(sizes, sizes + count), call, entry};
}

} // namespace host
