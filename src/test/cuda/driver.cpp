// The test double of NVIDIA's driver library: the functions that the engine uses, with their documented rules on order
// and errors. Every other function that the Java binding imports exists as well and returns NOT_SUPPORTED (the build
// generates those from symbols.txt).
#include "control.h"
#include "ptx.h"
#include "queue.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <sys/syscall.h>
#include <unistd.h>

using namespace cuda_double;

namespace {

using Result = int;
using DevicePointer = unsigned long long;
using Size = size_t;

enum : Result {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201,
    NO_BINARY_FOR_GPU = 209,
    INVALID_PTX = 218,
    UNSUPPORTED_PTX_VERSION = 222,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    LAUNCH_OUT_OF_RESOURCES = 701,
    STREAM_CAPTURE_UNSUPPORTED = 900,
    STREAM_CAPTURE_INVALIDATED = 901,
    STREAM_CAPTURE_UNMATCHED = 902,
    STREAM_CAPTURE_UNJOINED = 904,
    STREAM_CAPTURE_IMPLICIT = 906,
    CAPTURED_EVENT = 907,
    STREAM_CAPTURE_WRONG_THREAD = 908,
};

constexpr size_t SHARED_DEFAULT = 48 * 1024;
constexpr size_t SHARED_MOST = 96 * 1024;
constexpr size_t PARAMETER_BYTES = 4096;
constexpr int NODE_KERNEL = 0, NODE_COPY = 1, NODE_FILL = 2, NODE_EMPTY = 5;

struct Context {
    int device;
    unsigned flags;
    int references;
};

struct Function;

struct Module {
    std::map<std::string, Function*> functions;
};

struct Function {
    Module* module;
    std::string name;
    const Kernel* kernel;
    Entry entry;
    size_t most_dynamic_shared;
};

std::recursive_mutex lock;
bool initialized;
std::vector<int> visible;
std::map<int, Context> primary;
std::set<Context*> contexts;
thread_local std::vector<Context*> current;

std::set<Module*> modules;
std::map<Function*, std::unique_ptr<Function>> functions;
std::map<Stream*, std::unique_ptr<Stream>> streams;
std::map<Event*, std::unique_ptr<Event>> events;
std::map<Graph*, std::shared_ptr<Graph>> graphs;
std::map<GraphExec*, std::shared_ptr<GraphExec>> executables;
std::map<void*, size_t> pinned;
std::vector<std::shared_ptr<Capture>> captures;

unsigned long thread_id() { return static_cast<unsigned long>(syscall(SYS_gettid)); }

// One call of the API: the lock, and the reasons for which no call works.
struct Call {
    std::lock_guard<std::recursive_mutex> held{lock};
    Result code = SUCCESS;

    explicit Call(bool needs_context = true) {
        if (!initialized) {
            code = NOT_INITIALIZED;
        } else if (needs_context && (current.empty() || contexts.count(current.back()) == 0)) {
            code = INVALID_CONTEXT;
        } else if (needs_context) {
            code = device_error;
        }
    }
};

#define BEGIN                                                                                                          \
    Call call;                                                                                                         \
    if (call.code != SUCCESS)                                                                                          \
    return call.code
#define BEGIN_WITHOUT_CONTEXT                                                                                          \
    Call call(false);                                                                                                  \
    if (call.code != SUCCESS)                                                                                          \
    return call.code
#define REQUIRE(condition, otherwise)                                                                                  \
    if (!(condition))                                                                                                  \
    return otherwise

// A call that a capture forbids ends the capture: in its thread, or in any if it is a global one.
Result forbidden_in_capture() {
    for (const auto& capture : captures) {
        if (capture->mode == 0 || (capture->mode == 1 && capture->thread == thread_id())) {
            capture->valid = false;
            return STREAM_CAPTURE_UNSUPPORTED;
        }
    }
    return SUCCESS;
}

#define OUTSIDE_CAPTURE                                                                                                \
    if (Result code = forbidden_in_capture())                                                                          \
    return code

Result find_stream(Stream* handle, Stream*& stream) {
    if (handle == nullptr || reinterpret_cast<uintptr_t>(handle) <= 2) {
        for (const auto& capture : captures) {
            if (capture->streams[0]->blocking) {
                capture->valid = false;
                return STREAM_CAPTURE_IMPLICIT;
            }
        }
        stream = &default_stream;
        return SUCCESS;
    }
    auto found = streams.find(handle);
    REQUIRE(found != streams.end(), INVALID_HANDLE);
    stream = handle;
    return stream->capture != nullptr && !stream->capture->valid ? STREAM_CAPTURE_INVALIDATED : SUCCESS;
}

#define STREAM(name, handle)                                                                                           \
    Stream* name = nullptr;                                                                                            \
    if (Result code = find_stream(handle, name))                                                                       \
    return code

void* host(DevicePointer at) { return reinterpret_cast<void*>(at); }

std::string bytes_name(const char* what, size_t bytes) { return std::string(what) + " of " + std::to_string(bytes); }

// The check that is made when a copy is submitted, made again when it runs: the memory may be gone by then.
Outcome still_there(const char* what, DevicePointer at, size_t bytes) {
    if (heap_holds(at, bytes)) {
        return {};
    }
    return {ILLEGAL_ADDRESS, std::string(what) + ": the device memory was freed before the copy ran"};
}

Work copy_to_device(DevicePointer to, const void* from, size_t bytes) {
    return {bytes_name("copy to device", bytes),
            [=] {
                Outcome outcome = still_there("copy to device", to, bytes);
                if (outcome.code == 0) {
                    memcpy(host(to), from, bytes);
                    count("copies_to_device", 1);
                    count("bytes_to_device", static_cast<long>(bytes));
                }
                return outcome;
            },
            nullptr};
}

Work copy_to_host(void* to, DevicePointer from, size_t bytes) {
    return {bytes_name("copy to host", bytes),
            [=] {
                Outcome outcome = still_there("copy to host", from, bytes);
                if (outcome.code == 0) {
                    memcpy(to, host(from), bytes);
                    count("copies_to_host", 1);
                    count("bytes_to_host", static_cast<long>(bytes));
                }
                return outcome;
            },
            nullptr};
}

Work copy_on_device(DevicePointer to, DevicePointer from, size_t bytes) {
    return {bytes_name("copy on device", bytes),
            [=] {
                Outcome outcome = still_there("copy on device", to, bytes);
                if (outcome.code == 0) {
                    outcome = still_there("copy on device", from, bytes);
                }
                if (outcome.code == 0) {
                    memmove(host(to), host(from), bytes);
                }
                return outcome;
            },
            nullptr};
}

template <typename T>
Work fill(DevicePointer to, T value, size_t elements) {
    return {bytes_name("fill", elements * sizeof(T)),
            [=] {
                Outcome outcome = still_there("fill", to, elements * sizeof(T));
                for (size_t i = 0; outcome.code == 0 && i < elements; i++) {
                    memcpy(static_cast<char*>(host(to)) + i * sizeof(T), &value, sizeof(T));
                }
                return outcome;
            },
            nullptr};
}

Outcome run_launch(const Launch& launch) {
    count("kernels", 1);
    long lost_at = control("lose_device");
    if (lost_at > 0 && counter("kernels") - control("lose_device_from") >= lost_at) {
        return {static_cast<int>(control("lost_code")), "the device is lost"};
    }
    // Kernels may read them here: as constants of this library.
    alignas(16) static unsigned char space[PARAMETER_BYTES];
    static void* parameters[PARAMETER_BYTES / 4];
    size_t at = 0;
    for (size_t i = 0; i < launch.parameters.size(); i++) {
        const auto& parameter = launch.parameters[i];
        at = (at + 15) / 16 * 16;
        memcpy(space + at, parameter.data(), parameter.size());
        parameters[i] = space + at;
        at += parameter.size();
    }
    return run_kernel(*launch.kernel, launch.grid, launch.block, launch.shared_bytes, parameters);
}

Work kernel_work(std::shared_ptr<Launch> launch) {
    return {launch->kernel->name, [launch] { return run_launch(*launch); }, launch};
}

Result make_launch(
        const Function& function, Dim grid, Dim block, unsigned shared_bytes, void** parameters,
        std::shared_ptr<Launch>& launch) {
    unsigned long long threads = 1ull * block.x * block.y * block.z;
    REQUIRE(grid.x > 0 && grid.y > 0 && grid.z > 0 && threads > 0, INVALID_VALUE);
    REQUIRE(grid.x <= 0x7fffffff && grid.y <= 65535 && grid.z <= 65535, INVALID_VALUE);
    REQUIRE(1ull * grid.x * grid.y * grid.z < 1ull << 26, LAUNCH_OUT_OF_RESOURCES);
    REQUIRE(threads <= 1024 && block.x <= 1024 && block.y <= 1024 && block.z <= 64, INVALID_VALUE);
    REQUIRE(threads <= function.entry.most_threads, LAUNCH_OUT_OF_RESOURCES);
    REQUIRE(shared_bytes <= function.most_dynamic_shared, INVALID_VALUE);
    REQUIRE(parameters != nullptr || function.kernel->parameters.empty(), INVALID_VALUE);
    size_t bytes = 0;
    for (size_t size : function.kernel->parameters) {
        bytes += (size + 15) / 16 * 16;
    }
    REQUIRE(bytes <= PARAMETER_BYTES, INVALID_VALUE);
    launch = std::make_shared<Launch>(Launch{function.kernel, grid, block, shared_bytes, {}});
    for (size_t i = 0; i < function.kernel->parameters.size(); i++) {
        auto from = static_cast<const unsigned char*>(parameters[i]);
        REQUIRE(from != nullptr, INVALID_VALUE);
        launch->parameters.emplace_back(from, from + function.kernel->parameters[i]);
    }
    return SUCCESS;
}

void read_visible_devices() {
    visible.clear();
    long devices = control("devices");
    const char* list = getenv("CUDA_VISIBLE_DEVICES");
    if (list == nullptr) {
        for (int i = 0; i < devices; i++) {
            visible.push_back(i);
        }
        return;
    }
    std::istringstream items(list);
    std::string item;
    while (std::getline(items, item, ',')) {
        char* end;
        long device = strtol(item.c_str(), &end, 10);
        if (end == item.c_str() || device < 0 || device >= devices) {
            return;
        }
        visible.push_back(static_cast<int>(device));
    }
}

bool is_device(int device) { return device >= 0 && device < static_cast<int>(visible.size()); }

int newest_ptx() {
    long driver = control("driver_version");
    long major = driver / 1000, minor = driver % 1000 / 10;
    if (major >= 13) {
        return 90;
    }
    return static_cast<int>(major == 12 ? 80 + (minor <= 4 ? minor : minor - 1) : 70 + minor);
}

int attribute_of_device(int attribute) {
    int major = static_cast<int>(control("compute_capability") / 10);
    int minor = static_cast<int>(control("compute_capability") % 10);
    static const std::map<int, int> values = {
            {1, 1024},   {2, 1024},   {3, 1024},       {4, 64},   {5, 0x7fffffff}, {6, 65535},       {7, 65535},
            {8, 49152},  {9, 65536},  {10, 32},        {11, 0x7fffffff}, {12, 65536}, {13, 1000000}, {14, 512},
            {15, 1},     {17, 0},     {18, 0},         {19, 1},   {20, 0},         {31, 1},          {32, 0},
            {33, 0},     {34, 0},     {35, 0},         {36, 1000000}, {37, 64},    {38, 1 << 20},    {39, 2048},
            {40, 2},     {41, 1},     {50, 0},         {78, 1},   {81, 98304},     {82, 65536},      {83, 0},
            {88, 0},     {89, 0},     {95, 0},         {97, SHARED_MOST}, {106, 32}, {111, 0},       {115, 0}};
    switch (attribute) {
    case 16: return static_cast<int>(control("multiprocessors"));
    case 75: return major;
    case 76: return minor;
    default: break;
    }
    auto found = values.find(attribute);
    return found == values.end() ? 0 : found->second;
}

Result load(const char* text, Module*& result, std::string& log) {
    Ptx ptx;
    if (text == nullptr || !parse_ptx(text, ptx)) {
        log = "not a PTX text; the double runs no machine code";
        return INVALID_IMAGE;
    }
    if (ptx.version > newest_ptx()) {
        log = "PTX version " + std::to_string(ptx.version) + " is newer than the driver's " +
              std::to_string(newest_ptx());
        return UNSUPPORTED_PTX_VERSION;
    }
    if (ptx.target > control("compute_capability")) {
        log = "PTX for sm_" + std::to_string(ptx.target) + " does not run on this device";
        return NO_BINARY_FOR_GPU;
    }
    bool tensor_cores = ptx.target >= 80;
    if (tensor_cores && !load_tensor_cores()) {
        log = "the kernels for tensor cores were not built for the host";
        return NO_BINARY_FOR_GPU;
    }
    auto module = std::make_unique<Module>();
    std::vector<std::unique_ptr<Function>> made;
    for (const auto& [name, entry] : ptx.entries) {
        const Kernel* kernel = find_kernel(name, tensor_cores);
        if (kernel == nullptr) {
            log = name + ": in the PTX, but not in the host build of the kernels";
            return INVALID_PTX;
        }
        if (kernel->parameters != entry.parameters) {
            std::ostringstream sizes;
            for (size_t bytes : entry.parameters) {
                sizes << bytes << ' ';
            }
            sizes << "in the PTX, ";
            for (size_t bytes : kernel->parameters) {
                sizes << bytes << ' ';
            }
            log = name + ": parameters of other sizes: " + sizes.str() + "in the host build";
            return INVALID_PTX;
        }
        count("tensor_core_kernels", kernel != find_kernel(name, false) ? 1 : 0);
        size_t room = SHARED_DEFAULT - std::min(SHARED_DEFAULT, entry.static_shared);
        made.push_back(std::make_unique<Function>(Function{module.get(), name, kernel, entry, room}));
        module->functions[name] = made.back().get();
    }
    for (auto& function : made) {
        Function* key = function.get();
        functions[key] = std::move(function);
    }
    modules.insert(module.get());
    result = module.release();
    return SUCCESS;
}

Result load_and_report(const char* text, Module*& result, std::string& log) {
    Result code = load(text, result, log);
    if (code != SUCCESS) {
        device_report = log;
        fprintf(stderr, "cuda double: %s\n", log.c_str());
    }
    return code;
}

void forget_module(Module* module) {
    for (const auto& [name, function] : module->functions) {
        functions.erase(function);
    }
    modules.erase(module);
    delete module;
}

} // namespace

#define API extern "C" __attribute__((visibility("default"))) Result

// ---- Start, devices.

API cuInit(unsigned) {
    std::lock_guard<std::recursive_mutex> held(lock);
    read_visible_devices();
    REQUIRE(!visible.empty(), NO_DEVICE);
    REQUIRE(heap_open(), OUT_OF_MEMORY);
    initialized = true;
    return SUCCESS;
}

API cuDriverGetVersion(int* version) {
    REQUIRE(version != nullptr, INVALID_VALUE);
    *version = static_cast<int>(control("driver_version"));
    return SUCCESS;
}

API cuDeviceGetCount(int* number) {
    BEGIN_WITHOUT_CONTEXT;
    *number = static_cast<int>(visible.size());
    return SUCCESS;
}

API cuDeviceGet(int* device, int ordinal) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(is_device(ordinal), INVALID_DEVICE);
    *device = ordinal;
    return SUCCESS;
}

API cuDeviceGetName(char* name, int length, int device) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(is_device(device), INVALID_DEVICE);
    REQUIRE(length > 0, INVALID_VALUE);
    snprintf(name, static_cast<size_t>(length), "CUDA test double %d", visible[static_cast<size_t>(device)]);
    return SUCCESS;
}

API cuDeviceGetUuid(unsigned char* uuid, int device) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(is_device(device), INVALID_DEVICE);
    memset(uuid, visible[static_cast<size_t>(device)] + 1, 16);
    return SUCCESS;
}
API cuDeviceGetUuid_v2(unsigned char* uuid, int device) { return cuDeviceGetUuid(uuid, device); }

API cuDeviceTotalMem_v2(Size* bytes, int device) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(is_device(device), INVALID_DEVICE);
    *bytes = static_cast<Size>(control("memory"));
    return SUCCESS;
}

API cuDeviceGetAttribute(int* value, int attribute, int device) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(is_device(device), INVALID_DEVICE);
    *value = attribute_of_device(attribute);
    return SUCCESS;
}

API cuDeviceComputeCapability(int* major, int* minor, int device) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(is_device(device), INVALID_DEVICE);
    *major = attribute_of_device(75);
    *minor = attribute_of_device(76);
    return SUCCESS;
}

API cuDeviceGetPCIBusId(char* id, int length, int device) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(is_device(device), INVALID_DEVICE);
    snprintf(id, static_cast<size_t>(length), "0000:%02x:00.0", visible[static_cast<size_t>(device)]);
    return SUCCESS;
}

// ---- Contexts. Every thread has a current one of its own.

API cuDevicePrimaryCtxRetain(Context** context, int device) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(is_device(device), INVALID_DEVICE);
    auto made = primary.try_emplace(device, Context{device, 0, 0}).first;
    made->second.references++;
    contexts.insert(&made->second);
    *context = &made->second;
    return device_error;
}

API cuDevicePrimaryCtxRelease_v2(int device) {
    BEGIN_WITHOUT_CONTEXT;
    auto found = primary.find(device);
    REQUIRE(found != primary.end() && found->second.references > 0, INVALID_CONTEXT);
    if (--found->second.references == 0) {
        run_everything();
        contexts.erase(&found->second);
    }
    return SUCCESS;
}

API cuDevicePrimaryCtxReset_v2(int) {
    BEGIN_WITHOUT_CONTEXT;
    run_everything();
    return SUCCESS;
}

API cuDevicePrimaryCtxSetFlags_v2(int device, unsigned flags) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(is_device(device), INVALID_DEVICE);
    primary.try_emplace(device, Context{device, 0, 0}).first->second.flags = flags;
    return SUCCESS;
}

API cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(is_device(device), INVALID_DEVICE);
    auto found = primary.find(device);
    *flags = found == primary.end() ? 0 : found->second.flags;
    *active = found != primary.end() && found->second.references > 0;
    return SUCCESS;
}

API cuCtxCreate_v2(Context** context, unsigned flags, int device) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(is_device(device), INVALID_DEVICE);
    *context = new Context{device, flags, 1};
    contexts.insert(*context);
    current.push_back(*context);
    return device_error;
}

API cuCtxDestroy_v2(Context* context) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(contexts.count(context) != 0, INVALID_CONTEXT);
    run_everything();
    contexts.erase(context);
    if (!current.empty() && current.back() == context) {
        current.pop_back();
    }
    return SUCCESS;
}

API cuCtxSetCurrent(Context* context) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(context == nullptr || contexts.count(context) != 0, INVALID_CONTEXT);
    if (!current.empty()) {
        current.pop_back();
    }
    if (context != nullptr) {
        current.push_back(context);
    }
    return SUCCESS;
}

API cuCtxGetCurrent(Context** context) {
    BEGIN_WITHOUT_CONTEXT;
    *context = current.empty() ? nullptr : current.back();
    return SUCCESS;
}

API cuCtxPushCurrent_v2(Context* context) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(contexts.count(context) != 0, INVALID_CONTEXT);
    current.push_back(context);
    return SUCCESS;
}

API cuCtxPopCurrent_v2(Context** context) {
    BEGIN_WITHOUT_CONTEXT;
    REQUIRE(!current.empty(), INVALID_CONTEXT);
    if (context != nullptr) {
        *context = current.back();
    }
    current.pop_back();
    return SUCCESS;
}

API cuCtxGetDevice(int* device) {
    BEGIN;
    *device = current.back()->device;
    return SUCCESS;
}

API cuCtxGetStreamPriorityRange(int* least, int* greatest) {
    BEGIN;
    *least = 0;
    *greatest = -5;
    return SUCCESS;
}

API cuCtxSetLimit(int, Size) {
    BEGIN;
    return SUCCESS;
}

API cuCtxSetCacheConfig(int) {
    BEGIN;
    return SUCCESS;
}

API cuCtxSynchronize() {
    BEGIN;
    OUTSIDE_CAPTURE;
    return run_everything();
}

// ---- Modules.

API cuModuleLoadData(Module** module, const void* image) {
    BEGIN;
    OUTSIDE_CAPTURE;
    std::string log;
    return load_and_report(static_cast<const char*>(image), *module, log);
}

API cuModuleLoadDataEx(Module** module, const void* image, unsigned options, int* names, void** values) {
    BEGIN;
    OUTSIDE_CAPTURE;
    constexpr int ERROR_LOG = 5, ERROR_LOG_BYTES = 6;
    std::string log;
    Result code = load_and_report(static_cast<const char*>(image), *module, log);
    char* buffer = nullptr;
    size_t bytes = 0;
    for (unsigned i = 0; i < options; i++) {
        buffer = names[i] == ERROR_LOG ? static_cast<char*>(values[i]) : buffer;
        bytes = names[i] == ERROR_LOG_BYTES ? static_cast<unsigned>(reinterpret_cast<uintptr_t>(values[i])) : bytes;
    }
    if (buffer != nullptr && bytes > 0) {
        snprintf(buffer, bytes, "%s", log.c_str());
    }
    return code;
}

API cuModuleUnload(Module* module) {
    BEGIN;
    REQUIRE(modules.count(module) != 0, INVALID_HANDLE);
    run_everything();
    forget_module(module);
    return SUCCESS;
}

API cuModuleGetFunction(Function** function, Module* module, const char* name) {
    BEGIN;
    REQUIRE(modules.count(module) != 0, INVALID_HANDLE);
    auto found = module->functions.find(name);
    REQUIRE(found != module->functions.end(), NOT_FOUND);
    *function = found->second;
    return SUCCESS;
}

API cuFuncGetAttribute(int* value, int attribute, Function* function) {
    BEGIN;
    REQUIRE(functions.count(function) != 0, INVALID_HANDLE);
    switch (attribute) {
    case 0: *value = static_cast<int>(function->entry.most_threads); break;
    case 1: *value = static_cast<int>(function->entry.static_shared); break;
    case 4: *value = 32; break;
    case 5:
    case 6: *value = static_cast<int>(control("compute_capability")); break;
    case 8: *value = static_cast<int>(function->most_dynamic_shared); break;
    default: *value = 0; break;
    }
    return SUCCESS;
}

API cuFuncSetAttribute(Function* function, int attribute, int value) {
    BEGIN;
    REQUIRE(functions.count(function) != 0, INVALID_HANDLE);
    constexpr int MAX_DYNAMIC_SHARED = 8, CARVEOUT = 9;
    REQUIRE(attribute == MAX_DYNAMIC_SHARED || attribute == CARVEOUT, INVALID_VALUE);
    if (attribute == MAX_DYNAMIC_SHARED) {
        REQUIRE(value >= 0 && value + function->entry.static_shared <= SHARED_MOST, INVALID_VALUE);
        function->most_dynamic_shared = static_cast<size_t>(value);
    }
    return SUCCESS;
}

API cuFuncSetCacheConfig(Function* function, int) {
    BEGIN;
    REQUIRE(functions.count(function) != 0, INVALID_HANDLE);
    return SUCCESS;
}

API cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Function* function, int threads, Size) {
    BEGIN;
    REQUIRE(functions.count(function) != 0, INVALID_HANDLE);
    REQUIRE(threads > 0, INVALID_VALUE);
    *blocks = std::max(1, 2048 / threads);
    return SUCCESS;
}

// ---- Memory.

API cuMemAlloc_v2(DevicePointer* at, Size bytes) {
    BEGIN;
    OUTSIDE_CAPTURE;
    REQUIRE(bytes > 0, INVALID_VALUE);
    count("allocations", 1);
    long fail_at = control("fail_allocation");
    REQUIRE(fail_at == 0 || counter("allocations") - control("fail_allocation_from") != fail_at, OUT_OF_MEMORY);
    size_t used = heap_live_bytes() + static_cast<size_t>(control("memory_of_others"));
    REQUIRE(used + bytes <= static_cast<size_t>(control("memory")), OUT_OF_MEMORY);
    *at = heap_allocate(bytes);
    REQUIRE(*at != 0, OUT_OF_MEMORY);
    return SUCCESS;
}

API cuMemFree_v2(DevicePointer at) {
    BEGIN;
    OUTSIDE_CAPTURE;
    REQUIRE(at != 0, SUCCESS);
    Result code = run_everything(); // cuMemFree waits for the device
    REQUIRE(code == SUCCESS, code);
    return heap_free(at) ? SUCCESS : INVALID_VALUE;
}

API cuMemGetInfo_v2(Size* free, Size* total) {
    BEGIN;
    *total = static_cast<Size>(control("memory"));
    *free = *total - std::min(*total, heap_live_bytes() + static_cast<size_t>(control("memory_of_others")));
    return SUCCESS;
}

API cuMemGetAddressRange_v2(DevicePointer* base, Size* bytes, DevicePointer at) {
    BEGIN;
    const Allocation* found = heap_find(at);
    REQUIRE(found != nullptr, NOT_FOUND);
    if (base != nullptr) {
        *base = found->at;
    }
    if (bytes != nullptr) {
        *bytes = found->bytes;
    }
    return SUCCESS;
}

API cuMemHostAlloc(void** at, Size bytes, unsigned) {
    BEGIN;
    OUTSIDE_CAPTURE;
    REQUIRE(bytes > 0, INVALID_VALUE);
    count("pinned_allocations", 1);
    long fail_at = control("fail_pinned_allocation");
    REQUIRE(fail_at == 0 || counter("pinned_allocations") != fail_at, OUT_OF_MEMORY);
    REQUIRE(posix_memalign(at, 4096, bytes) == 0, OUT_OF_MEMORY);
    memset(*at, 0xff, bytes);
    pinned[*at] = bytes;
    host_memory_allow(*at, bytes);
    return SUCCESS;
}
API cuMemAllocHost_v2(void** at, Size bytes) { return cuMemHostAlloc(at, bytes, 0); }

API cuMemFreeHost(void* at) {
    BEGIN;
    REQUIRE(pinned.count(at) != 0, INVALID_VALUE);
    Result code = run_everything();
    host_memory_forget(at);
    pinned.erase(at);
    free(at);
    return code;
}

API cuMemHostGetDevicePointer_v2(DevicePointer* device, void* at, unsigned) {
    BEGIN;
    *device = reinterpret_cast<DevicePointer>(at);
    return SUCCESS;
}

API cuMemHostRegister_v2(void* at, Size bytes, unsigned) {
    BEGIN;
    REQUIRE(at != nullptr && bytes > 0, INVALID_VALUE);
    host_memory_allow(at, bytes);
    return SUCCESS;
}

API cuMemHostUnregister(void* at) {
    BEGIN;
    Result code = run_everything();
    host_memory_forget(at);
    return code;
}

// ---- Copies and fills. Those without a stream wait for the default stream; a copy on the device does not wait.

API cuMemcpyHtoDAsync_v2(DevicePointer to, const void* from, Size bytes, Stream* handle) {
    BEGIN;
    STREAM(stream, handle);
    REQUIRE(bytes > 0, SUCCESS);
    REQUIRE(from != nullptr && heap_holds(to, bytes), INVALID_VALUE);
    return submit(*stream, copy_to_device(to, from, bytes), NODE_COPY);
}

API cuMemcpyDtoHAsync_v2(void* to, DevicePointer from, Size bytes, Stream* handle) {
    BEGIN;
    STREAM(stream, handle);
    REQUIRE(bytes > 0, SUCCESS);
    REQUIRE(to != nullptr && heap_holds(from, bytes), INVALID_VALUE);
    return submit(*stream, copy_to_host(to, from, bytes), NODE_COPY);
}

API cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from, Size bytes, Stream* handle) {
    BEGIN;
    STREAM(stream, handle);
    REQUIRE(bytes > 0, SUCCESS);
    REQUIRE(heap_holds(to, bytes) && heap_holds(from, bytes), INVALID_VALUE);
    return submit(*stream, copy_on_device(to, from, bytes), NODE_COPY);
}

API cuMemcpyHtoD_v2(DevicePointer to, const void* from, Size bytes) {
    BEGIN;
    OUTSIDE_CAPTURE;
    Result code = cuMemcpyHtoDAsync_v2(to, from, bytes, nullptr);
    return code != SUCCESS ? code : run_until_done({default_stream.last});
}

API cuMemcpyDtoH_v2(void* to, DevicePointer from, Size bytes) {
    BEGIN;
    OUTSIDE_CAPTURE;
    Result code = cuMemcpyDtoHAsync_v2(to, from, bytes, nullptr);
    return code != SUCCESS ? code : run_until_done({default_stream.last});
}

API cuMemcpyDtoD_v2(DevicePointer to, DevicePointer from, Size bytes) {
    BEGIN;
    OUTSIDE_CAPTURE;
    return cuMemcpyDtoDAsync_v2(to, from, bytes, nullptr);
}

#define FILL(bits, type)                                                                                               \
    API cuMemsetD##bits##Async(DevicePointer to, type value, Size elements, Stream* handle) {                          \
        BEGIN;                                                                                                         \
        STREAM(stream, handle);                                                                                        \
        REQUIRE(elements > 0, SUCCESS);                                                                                \
        REQUIRE(to % sizeof(type) == 0 && heap_holds(to, elements * sizeof(type)), INVALID_VALUE);                     \
        return submit(*stream, fill(to, value, elements), NODE_FILL);                                                  \
    }                                                                                                                  \
    API cuMemsetD##bits##_v2(DevicePointer to, type value, Size elements) {                                            \
        return cuMemsetD##bits##Async(to, value, elements, nullptr);                                                   \
    }
FILL(8, unsigned char)
FILL(16, unsigned short)
FILL(32, unsigned)
#undef FILL

// ---- Streams and events.

API cuStreamCreateWithPriority(Stream** stream, unsigned flags, int priority) {
    BEGIN;
    constexpr unsigned NON_BLOCKING = 1;
    REQUIRE(flags <= NON_BLOCKING, INVALID_VALUE);
    auto made = std::make_unique<Stream>(Stream{flags != NON_BLOCKING, flags, priority, 0, nullptr, {}});
    *stream = made.get();
    stream_created(*stream);
    streams[*stream] = std::move(made);
    return SUCCESS;
}
API cuStreamCreate(Stream** stream, unsigned flags) { return cuStreamCreateWithPriority(stream, flags, 0); }

API cuStreamDestroy_v2(Stream* stream) {
    BEGIN;
    REQUIRE(streams.count(stream) != 0, INVALID_HANDLE);
    stream_destroyed(stream);
    streams.erase(stream);
    return SUCCESS;
}

API cuStreamSynchronize(Stream* handle) {
    BEGIN;
    STREAM(stream, handle);
    if (stream->capture != nullptr) {
        stream->capture->valid = false;
        return STREAM_CAPTURE_UNSUPPORTED;
    }
    OUTSIDE_CAPTURE;
    std::vector<uint64_t> wanted = {stream->last};
    if (stream == &default_stream) {
        for (const auto& [other, owner] : streams) {
            if (other->blocking) {
                wanted.push_back(other->last);
            }
        }
    }
    return run_until_done(wanted);
}

API cuStreamQuery(Stream* handle) {
    BEGIN;
    STREAM(stream, handle);
    if (stream->capture != nullptr) {
        stream->capture->valid = false;
        return STREAM_CAPTURE_UNSUPPORTED;
    }
    if (is_done(stream->last)) {
        return SUCCESS;
    }
    run_one_towards(stream->last);
    return device_error != 0 ? device_error : NOT_READY;
}

API cuStreamWaitEvent(Stream* handle, Event* event, unsigned) {
    BEGIN;
    STREAM(stream, handle);
    REQUIRE(events.count(event) != 0, INVALID_HANDLE);
    return wait_for(*stream, *event);
}

API cuStreamGetPriority(Stream* handle, int* priority) {
    BEGIN;
    STREAM(stream, handle);
    *priority = stream->priority;
    return SUCCESS;
}

API cuStreamGetFlags(Stream* handle, unsigned* flags) {
    BEGIN;
    STREAM(stream, handle);
    *flags = stream->flags;
    return SUCCESS;
}

API cuEventCreate(Event** event, unsigned flags) {
    BEGIN;
    constexpr unsigned DISABLE_TIMING = 2;
    auto made = std::make_unique<Event>();
    made->timed = (flags & DISABLE_TIMING) == 0;
    *event = made.get();
    events[*event] = std::move(made);
    return SUCCESS;
}

API cuEventDestroy_v2(Event* event) {
    BEGIN;
    return events.erase(event) != 0 ? SUCCESS : INVALID_HANDLE;
}

API cuEventRecord(Event* event, Stream* handle) {
    BEGIN;
    STREAM(stream, handle);
    REQUIRE(events.count(event) != 0, INVALID_HANDLE);
    return record(*event, *stream);
}

API cuEventSynchronize(Event* event) {
    BEGIN;
    REQUIRE(events.count(event) != 0, INVALID_HANDLE);
    REQUIRE(event->capture == nullptr, CAPTURED_EVENT);
    OUTSIDE_CAPTURE;
    return event->recorded ? run_until_done({event->record}) : SUCCESS;
}

API cuEventQuery(Event* event) {
    BEGIN;
    REQUIRE(events.count(event) != 0, INVALID_HANDLE);
    REQUIRE(event->capture == nullptr, CAPTURED_EVENT);
    if (!event->recorded || is_done(event->record)) {
        return SUCCESS;
    }
    run_one_towards(event->record);
    return device_error != 0 ? device_error : NOT_READY;
}

API cuEventElapsedTime(float* milliseconds, Event* start, Event* end) {
    BEGIN;
    REQUIRE(events.count(start) != 0 && events.count(end) != 0, INVALID_HANDLE);
    REQUIRE(start->recorded && end->recorded && start->timed && end->timed, INVALID_HANDLE);
    REQUIRE(is_done(start->record) && is_done(end->record), NOT_READY);
    *milliseconds = static_cast<float>(*end->time - *start->time);
    return SUCCESS;
}

// ---- Launches.

API cuLaunchKernel(
        Function* function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
        unsigned block_z, unsigned shared_bytes, Stream* handle, void** parameters, void** extra) {
    BEGIN;
    STREAM(stream, handle);
    REQUIRE(functions.count(function) != 0, INVALID_HANDLE);
    REQUIRE(extra == nullptr, INVALID_VALUE);
    std::shared_ptr<Launch> launch;
    Result code = make_launch(
            *function, {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared_bytes, parameters, launch);
    REQUIRE(code == SUCCESS, code);
    count("launches", stream->capture == nullptr ? 1 : 0);
    return submit(*stream, kernel_work(launch), NODE_KERNEL);
}

// ---- Graphs.

API cuStreamBeginCapture_v2(Stream* handle, int mode) {
    BEGIN;
    REQUIRE(handle != nullptr && streams.count(handle) != 0, STREAM_CAPTURE_IMPLICIT);
    REQUIRE(handle->capture == nullptr, STREAM_CAPTURE_UNSUPPORTED);
    REQUIRE(mode >= 0 && mode <= 2, INVALID_VALUE);
    auto capture = std::make_shared<Capture>();
    capture->mode = mode;
    capture->thread = thread_id();
    capture->streams = {handle};
    handle->capture = capture;
    handle->captured_last.clear();
    captures.push_back(capture);
    return SUCCESS;
}

API cuStreamEndCapture(Stream* handle, Graph** graph) {
    BEGIN;
    *graph = nullptr;
    REQUIRE(streams.count(handle) != 0, INVALID_HANDLE);
    std::shared_ptr<Capture> capture = handle->capture;
    REQUIRE(capture != nullptr, INVALID_VALUE);
    REQUIRE(capture->streams[0] == handle, STREAM_CAPTURE_UNMATCHED);
    REQUIRE(capture->mode == 2 || capture->thread == thread_id(), STREAM_CAPTURE_WRONG_THREAD);
    captures.erase(std::find(captures.begin(), captures.end(), capture));
    // Every stream that joined must have been joined again: its last nodes lead to the first stream's.
    std::vector<bool> reached(capture->graph->nodes.size());
    std::vector<size_t> open = handle->captured_last;
    while (!open.empty()) {
        size_t node = open.back();
        open.pop_back();
        if (!reached[node]) {
            reached[node] = true;
            const auto& after = capture->graph->nodes[node].after;
            open.insert(open.end(), after.begin(), after.end());
        }
    }
    bool joined = true;
    for (Stream* stream : capture->streams) {
        for (size_t node : stream->captured_last) {
            joined = joined && reached[node];
        }
        stream->capture = nullptr;
    }
    REQUIRE(capture->valid, STREAM_CAPTURE_INVALIDATED);
    REQUIRE(joined, STREAM_CAPTURE_UNJOINED);
    *graph = capture->graph.get();
    graphs[*graph] = capture->graph;
    return SUCCESS;
}

API cuStreamIsCapturing(Stream* handle, int* status) {
    BEGIN;
    *status = 0;
    if (streams.count(handle) != 0 && handle->capture != nullptr) {
        *status = handle->capture->valid ? 1 : 2;
    }
    return SUCCESS;
}

API cuThreadExchangeStreamCaptureMode(int* mode) {
    BEGIN_WITHOUT_CONTEXT;
    *mode = 0;
    return SUCCESS;
}

API cuGraphInstantiateWithFlags(GraphExec** executable, Graph* graph, unsigned long long) {
    BEGIN;
    OUTSIDE_CAPTURE;
    REQUIRE(graphs.count(graph) != 0, INVALID_VALUE);
    auto made = std::make_shared<GraphExec>();
    made->graph = *graph;
    for (Node& node : made->graph.nodes) {
        if (node.work.launch != nullptr) {
            node.work = kernel_work(std::make_shared<Launch>(*node.work.launch));
        }
    }
    *executable = made.get();
    executables[*executable] = made;
    count("graph_instantiations", 1);
    return SUCCESS;
}

API cuGraphUpload(GraphExec* executable, Stream* handle) {
    BEGIN;
    STREAM(stream, handle);
    return executables.count(executable) != 0 ? SUCCESS : INVALID_VALUE;
}

API cuGraphLaunch(GraphExec* executable, Stream* handle) {
    BEGIN;
    STREAM(stream, handle);
    auto found = executables.find(executable);
    REQUIRE(found != executables.end(), INVALID_VALUE);
    REQUIRE(stream->capture == nullptr, STREAM_CAPTURE_UNSUPPORTED);
    std::shared_ptr<GraphExec> kept = found->second;
    // A copy: nodes may be given other parameters before this launch runs.
    Graph graph = kept->graph;
    count("graph_launches", 1);
    Result code = submit(*stream, {"graph", [graph] { return run_graph(graph); }, nullptr}, 0, {kept->last_launch});
    kept->last_launch = stream->last;
    return code;
}

API cuGraphGetNodes(Graph* graph, Node** nodes, Size* number) {
    BEGIN;
    REQUIRE(graphs.count(graph) != 0, INVALID_VALUE);
    if (nodes != nullptr) {
        for (size_t i = 0; i < *number && i < graph->nodes.size(); i++) {
            nodes[i] = &graph->nodes[i];
        }
    }
    *number = graph->nodes.size();
    return SUCCESS;
}

API cuGraphNodeGetType(Node* node, int* type) {
    BEGIN;
    *type = node->type;
    return SUCCESS;
}

struct KernelNodeParameters {
    Function* function;
    unsigned grid_x, grid_y, grid_z, block_x, block_y, block_z, shared_bytes;
    void** parameters;
    void** extra;
};

API cuGraphExecKernelNodeSetParams_v2(GraphExec* executable, Node* node, const KernelNodeParameters* wanted) {
    BEGIN;
    auto found = executables.find(executable);
    REQUIRE(found != executables.end() && functions.count(wanted->function) != 0, INVALID_VALUE);
    for (const auto& [graph, owner] : graphs) {
        for (size_t i = 0; i < graph->nodes.size() && i < executable->graph.nodes.size(); i++) {
            if (&graph->nodes[i] == node && node->work.launch != nullptr) {
                std::shared_ptr<Launch> launch;
                Result code = make_launch(
                        *wanted->function, {wanted->grid_x, wanted->grid_y, wanted->grid_z},
                        {wanted->block_x, wanted->block_y, wanted->block_z}, wanted->shared_bytes, wanted->parameters,
                        launch);
                REQUIRE(code == SUCCESS, code);
                executable->graph.nodes[i].work = kernel_work(launch);
                return SUCCESS;
            }
        }
    }
    return INVALID_VALUE;
}

API cuGraphExecUpdate_v2(GraphExec* executable, Graph* graph, void*) {
    BEGIN;
    constexpr Result GRAPH_EXEC_UPDATE_FAILURE = 910;
    auto found = executables.find(executable);
    REQUIRE(found != executables.end() && graphs.count(graph) != 0, INVALID_VALUE);
    auto& nodes = executable->graph.nodes;
    REQUIRE(nodes.size() == graph->nodes.size(), GRAPH_EXEC_UPDATE_FAILURE);
    for (size_t i = 0; i < nodes.size(); i++) {
        bool same = nodes[i].type == graph->nodes[i].type && nodes[i].after == graph->nodes[i].after;
        REQUIRE(same, GRAPH_EXEC_UPDATE_FAILURE);
    }
    for (size_t i = 0; i < nodes.size(); i++) {
        const Work& work = graph->nodes[i].work;
        nodes[i].work = work.launch == nullptr ? work : kernel_work(std::make_shared<Launch>(*work.launch));
    }
    return SUCCESS;
}

API cuGraphExecDestroy(GraphExec* executable) {
    BEGIN;
    return executables.erase(executable) != 0 ? SUCCESS : INVALID_VALUE;
}

API cuGraphDestroy(Graph* graph) {
    BEGIN;
    return graphs.erase(graph) != 0 ? SUCCESS : INVALID_VALUE;
}

// ---- Names of errors.

namespace {
struct ErrorText {
    const char *name, *text;
};
const std::map<int, ErrorText> error_texts = {
        {SUCCESS, {"CUDA_SUCCESS", "no error"}},
        {INVALID_VALUE, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
        {OUT_OF_MEMORY, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
        {NOT_INITIALIZED, {"CUDA_ERROR_NOT_INITIALIZED", "initialization error"}},
        {NO_DEVICE, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}},
        {INVALID_DEVICE, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
        {INVALID_IMAGE, {"CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"}},
        {INVALID_CONTEXT, {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"}},
        {NO_BINARY_FOR_GPU,
         {"CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"}},
        {INVALID_PTX, {"CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"}},
        {UNSUPPORTED_PTX_VERSION,
         {"CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."}},
        {INVALID_HANDLE, {"CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"}},
        {NOT_FOUND, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}},
        {NOT_READY, {"CUDA_ERROR_NOT_READY", "device not ready"}},
        {ILLEGAL_ADDRESS, {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}},
        {LAUNCH_OUT_OF_RESOURCES,
         {"CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"}},
        {MISALIGNED_ADDRESS, {"CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"}},
        {LAUNCH_FAILED, {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}},
        {801, {"CUDA_ERROR_NOT_SUPPORTED", "operation not supported"}},
        {STREAM_CAPTURE_UNSUPPORTED,
         {"CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"}},
        {STREAM_CAPTURE_INVALIDATED,
         {"CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"}},
        {999, {"CUDA_ERROR_UNKNOWN", "unknown error"}}};
} // namespace

API cuGetErrorName(int code, const char** name) {
    auto found = error_texts.find(code);
    *name = found == error_texts.end() ? nullptr : found->second.name;
    return found == error_texts.end() ? INVALID_VALUE : SUCCESS;
}

API cuGetErrorString(int code, const char** text) {
    auto found = error_texts.find(code);
    *text = found == error_texts.end() ? nullptr : found->second.text;
    return found == error_texts.end() ? INVALID_VALUE : SUCCESS;
}

// ---- For control.cpp.

namespace cuda_double {

std::recursive_mutex& driver_lock() { return lock; }

long live(const std::string& what) {
    if (what == "live_allocations") return static_cast<long>(heap_live_count());
    if (what == "live_bytes") return static_cast<long>(heap_live_bytes());
    if (what == "live_pinned") return static_cast<long>(pinned.size());
    if (what == "live_streams") return static_cast<long>(streams.size());
    if (what == "live_events") return static_cast<long>(events.size());
    if (what == "live_graphs") return static_cast<long>(graphs.size() + executables.size());
    if (what == "live_modules") return static_cast<long>(modules.size());
    if (what == "live_contexts") return static_cast<long>(contexts.size());
    if (what == "pending") return static_cast<long>(pending_count());
    return -1;
}

void forget_everything() {
    drop_pending();
    captures.clear();
    for (const auto& [stream, owner] : streams) {
        stream_destroyed(stream);
    }
    streams.clear();
    events.clear();
    graphs.clear();
    executables.clear();
    while (!modules.empty()) {
        forget_module(*modules.begin());
    }
    heap_free_all();
    for (const auto& [at, bytes] : pinned) {
        host_memory_forget(at);
        free(at);
    }
    pinned.clear();
    contexts.clear();
    primary.clear();
    default_stream.last = 0;
    initialized = false;
    device_error = 0;
    device_report.clear();
}

} // namespace cuda_double
