// What a test sets before it starts, and counts that it reads afterwards. Values come from the variable CUDA_DOUBLE
// ("devices=1,schedule=2") when the library is loaded, and from the functions at the end of this file later.
#include "control.h"
#include "queue.h"

#include <cstdlib>
#include <map>
#include <mutex>
#include <sstream>

namespace cuda_double {

std::recursive_mutex& driver_lock();
long live(const std::string& what);
void forget_everything();

namespace {

const std::map<std::string, long> defaults = {
        {"devices", 0},                // a process that only loads the library has no device
        {"driver_version", 12060},     //
        {"compute_capability", 70},    // the plain kernels
        {"multiprocessors", 2},        //
        {"memory", 256l << 20},        // bytes
        {"memory_of_others", 0},       // bytes of it that other processes use
        {"schedule", 0},               // 0 forward, 1 reverse, 2 random
        {"seed", 1},                   //
        {"fail_allocation", 0},        // the allocation of that number, from now, fails
        {"fail_pinned_allocation", 0}, // the same for pinned host memory, from the start
        {"lose_device", 0},            // the kernel of that number, from now, and everything after it fails
        {"lost_code", 719},            // with this error
        {"trace", 0},                  // 1: each piece of work on standard error
};

std::map<std::string, long>& controls() {
    static std::map<std::string, long> values = defaults;
    return values;
}

std::map<std::string, long>& counters() {
    static std::map<std::string, long> values;
    return values;
}

bool set(const std::string& name, long value) {
    if (defaults.count(name) == 0) {
        fprintf(stderr, "cuda double: no such control: %s\n", name.c_str());
        return false;
    }
    controls()[name] = value;
    if (name == "schedule") {
        schedule = static_cast<Schedule>(value);
    } else if (name == "seed") {
        random_state = 0x9e3779b97f4a7c15u * static_cast<uint64_t>(value + 1);
    } else if (name == "trace") {
        trace = value;
    } else if (name == "fail_allocation") {
        controls()["fail_allocation_from"] = counters()["allocations"];
    } else if (name == "lose_device") {
        controls()["lose_device_from"] = counters()["kernels"];
    }
    return true;
}

struct Environment {
    Environment() {
        const char* text = getenv("CUDA_DOUBLE");
        std::istringstream items(text == nullptr ? "" : text);
        std::string item;
        while (std::getline(items, item, ',')) {
            size_t equals = item.find('=');
            if (equals != std::string::npos) {
                set(item.substr(0, equals), atol(item.c_str() + equals + 1));
            }
        }
    }
} environment;

} // namespace

long control(const char* name) { return controls()[name]; }
void count(const char* name, long by) { counters()[name] += by; }
long counter(const char* name) { return counters()[name]; }

} // namespace cuda_double

using namespace cuda_double;
#define EXPORT extern "C" __attribute__((visibility("default")))

// Sets a control; returns 0, or 1 if there is none of that name.
EXPORT int cuda_double_set(const char* name, long value) {
    std::lock_guard<std::recursive_mutex> held(driver_lock());
    return set(name, value) ? 0 : 1;
}

// A counter ("launches", "graph_launches", "kernels", "copies_to_host", "bytes_to_host", ...) or what is alive
// ("live_allocations", "live_bytes", "live_streams", ..., "pending").
EXPORT long cuda_double_get(const char* name) {
    std::lock_guard<std::recursive_mutex> held(driver_lock());
    long alive = live(name);
    return alive >= 0 ? alive : counters()[name];
}

// What the first failed kernel or module did wrong; "" if nothing failed.
EXPORT const char* cuda_double_report() {
    static std::string copy;
    std::lock_guard<std::recursive_mutex> held(driver_lock());
    copy = device_report;
    return copy.c_str();
}

// Prefers the kernels of another library, null for the double's own; returns 0 if it could be loaded.
EXPORT int cuda_double_kernels(const char* library) {
    std::lock_guard<std::recursive_mutex> held(driver_lock());
    return choose_variant(library) ? 0 : 1;
}

// As a new process: nothing allocated, no error, every control at its default.
EXPORT void cuda_double_reset() {
    std::lock_guard<std::recursive_mutex> held(driver_lock());
    forget_everything();
    counters().clear();
    choose_variant(nullptr);
    for (const auto& [name, value] : defaults) {
        set(name, value);
    }
}
