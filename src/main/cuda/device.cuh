// What differs between a GPU and the host, in one place. The kernels compile three ways: NVRTC for compute_70 and for
// compute_80, and g++ with INFERENCE_HOST for the test double, which runs a block's threads as fibers.
#pragma once

typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;
typedef unsigned long long uint64;

#ifdef INFERENCE_HOST

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace host {
struct Dim {
    unsigned x, y, z;
};
struct Thread {
    Dim thread, block, threads, blocks; // indices, and how many of them
};
// Implemented by the test double.
const Thread& current();
void sync_block();
void sync_warp();
uint32_t exchange(uint32_t value, int sourceLane);
unsigned ballot(bool predicate);
void* shared(const void* site, size_t bytes);
void* dynamic_shared();
uint32_t atomic_add(uint32_t* at, uint32_t value); // returns the value before
uint64_t atomic_add(uint64_t* at, uint64_t value);
void register_entry(
    const char* name, size_t count, const size_t* sizes, void (*call)(void (*)(), void**), void (*entry)());

template <class... P>
struct Entry {
    template <size_t... I>
    static void apply(void (*entry)(), void** parameters, std::index_sequence<I...>) {
        reinterpret_cast<void (*)(P...)>(entry)(*static_cast<P*>(parameters[I])...);
    }
    static void call(void (*entry)(), void** parameters) { apply(entry, parameters, std::index_sequence_for<P...>()); }
};
struct Registration {
    template <class... P>
    Registration(const char* name, void (*entry)(P...)) {
        static const size_t sizes[] = {sizeof(P)...};
        register_entry(name, sizeof...(P), sizes, &Entry<P...>::call, reinterpret_cast<void (*)()>(entry));
    }
};
} // namespace host

struct alignas(8) int2 {
    int x, y;
};
struct alignas(8) uint2 {
    uint32 x, y;
};
struct alignas(16) uint4 {
    uint32 x, y, z, w;
};
struct alignas(16) float4 {
    float x, y, z, w;
};
struct alignas(8) float2 {
    float x, y;
};

#define __global__
#define __device__
#define __forceinline__ inline
#define __restrict__
#define __launch_bounds__(...)
#define threadIdx (host::current().thread)
#define blockIdx (host::current().block)
#define blockDim (host::current().threads)
#define gridDim (host::current().blocks)
#define ENTRY(name) static host::Registration register_##name(#name, name);
#define SHARED(T, name, count) \
    static const char name##_site = 0; \
    T* name = static_cast<T*>(host::shared(&name##_site, sizeof(T) * (count)))
#define DYNAMIC_SHARED(T, name) T* name = static_cast<T*>(host::dynamic_shared())
#define UNROLL
#define UNROLL_8

static inline void __syncthreads() {
    host::sync_block();
}
static inline void __syncwarp() {
    host::sync_warp();
}
static inline void __threadfence() {}
static inline int atomic_next(int* counter) {
    return static_cast<int>(host::atomic_add(reinterpret_cast<uint32_t*>(counter), 1u));
}
static inline void atomic_add(uint64* sum, uint64 value) {
    host::atomic_add(reinterpret_cast<uint64_t*>(sum), static_cast<uint64_t>(value));
}

template <class T>
static inline T host_bits(uint32 bits) {
    T value;
    std::memcpy(&value, &bits, 4);
    return value;
}
static inline uint32 host_word(float value) {
    uint32 bits;
    std::memcpy(&bits, &value, 4);
    return bits;
}
static inline float as_float(uint32 bits) {
    return host_bits<float>(bits);
}
static inline uint32 as_uint(float value) {
    return host_word(value);
}
static inline int lane_id() {
    return static_cast<int>(host::current().thread.x & 31); // blocks of threads have one dimension
}
static inline float shuffle_xor(float value, int mask) {
    return as_float(host::exchange(as_uint(value), lane_id() ^ mask));
}
static inline int shuffle_xor(int value, int mask) {
    return static_cast<int>(host::exchange(static_cast<uint32>(value), lane_id() ^ mask));
}
static inline float shuffle(float value, int lane) {
    return as_float(host::exchange(as_uint(value), lane));
}
static inline int shuffle(int value, int lane) {
    return static_cast<int>(host::exchange(static_cast<uint32>(value), lane));
}
static inline int dp4a(uint32 a, uint32 b, int sum) {
    for (int i = 0; i < 32; i += 8) {
        sum += static_cast<int>(static_cast<int8_t>(a >> i)) * static_cast<int8_t>(b >> i);
    }
    return sum;
}
static inline uint32 bytes(uint32 a, uint32 b, uint32 selector) {
    uint64 all = (static_cast<uint64>(b) << 32) | a;
    uint32 result = 0;
    for (int i = 0; i < 4; i++) {
        result |= static_cast<uint32>((all >> (8 * ((selector >> (4 * i)) & 7))) & 0xFF) << (8 * i);
    }
    return result;
}
static inline float half_to_float(uint16 h) {
    uint32 sign = (h & 0x8000u) << 16;
    uint32 exponent = (h >> 10) & 31;
    uint32 fraction = h & 0x3FF;
    if (exponent == 31) { return as_float(sign | 0x7F800000u | (fraction << 13)); }
    if (exponent == 0) {
        float value = static_cast<float>(fraction) * 0x1p-24f;
        return sign ? -value : value;
    }
    return as_float(sign | ((exponent + 112) << 23) | (fraction << 13));
}
// Rounds to nearest, ties to even.
static inline uint16 float_to_half(float value) {
    uint32 bits = as_uint(value);
    uint16 sign = static_cast<uint16>((bits >> 16) & 0x8000u);
    uint32 magnitude = bits & 0x7FFFFFFFu;
    if (magnitude > 0x7F800000u) { return static_cast<uint16>(sign | 0x7FFFu); }
    if (magnitude >= 0x477FF000u) { return static_cast<uint16>(sign | 0x7C00u); }
    if (magnitude < 0x38800000u) { // below the least normal half
        float scaled = as_float(magnitude) * 0x1p24f;
        return static_cast<uint16>(sign | static_cast<uint32>(std::nearbyint(scaled)));
    }
    uint32 rounded = magnitude + 0xFFFu + ((magnitude >> 13) & 1);
    return static_cast<uint16>(sign | ((rounded - 0x38000000u) >> 13));
}
static inline uint32 pack_halves(float low, float high) {
    return float_to_half(low) | (static_cast<uint32>(float_to_half(high)) << 16);
}
static inline float low_half(uint32 pair) {
    return half_to_float(static_cast<uint16>(pair));
}
static inline float high_half(uint32 pair) {
    return half_to_float(static_cast<uint16>(pair >> 16));
}
static inline uint32 half2_sub(uint32 a, uint32 b) {
    return pack_halves(low_half(a) - low_half(b), high_half(a) - high_half(b));
}
static inline uint32 half2_mul(uint32 a, uint32 b) {
    return pack_halves(low_half(a) * low_half(b), high_half(a) * high_half(b));
}
static inline uint32 half2_fma(uint32 a, uint32 b, uint32 c) {
    return pack_halves(
        std::fma(low_half(a), low_half(b), low_half(c)), std::fma(high_half(a), high_half(b), high_half(c)));
}
static inline uint4 load_once(const uint4* p) {
    return *p;
}
static inline uint32 load_once(const uint32* p) {
    return *p;
}
static inline uint2 load_once(const uint2* p) {
    return *p;
}
static inline uint16 load_once(const uint16* p) {
    return *p;
}
static inline float fast_exp2(float x) {
    return std::exp2(x);
}
static inline float exact_divide(float a, float b) {
    return a / b;
}
static inline float round_even(float x) {
    return std::nearbyint(x);
}
static inline float inverse_root(float x) {
    return 1 / std::sqrt(x);
}

#ifdef TENSOR_CORES // their instructions in plain C++, for tests of what surrounds them
#include <vector>
static inline std::vector<char*>& host_addresses() {
    static std::vector<char*> known;
    return known;
}
static inline uint32 shared_address(const void* p) {
    std::vector<char*>& known = host_addresses();
    char* at = static_cast<char*>(const_cast<void*>(p));
    for (size_t i = 0; i < known.size(); i++) {
        if (known[i] == at) { return static_cast<uint32>(i << 20); }
    }
    known.push_back(at);
    return static_cast<uint32>((known.size() - 1) << 20);
}
static inline char* host_pointer(uint32 address) {
    return host_addresses()[address >> 20] + (address & 0xFFFFF);
}
static inline void copy_async(uint32 to, const void* from, bool present) {
    if (present) {
        std::memcpy(host_pointer(to), from, 16);
    } else {
        std::memset(host_pointer(to), 0, 16);
    }
}
static inline void copy_commit() {}
template <int PENDING>
static inline void copy_wait() {}
static inline void store_shared(uint32 to, const uint32 v[4]) {
    std::memcpy(host_pointer(to), v, 16);
}
// Every lane's `count` words, for all lanes of the warp: word w of lane l at [l * 8 + w].
static inline const uint32* host_gather(const uint32* mine, int count) {
    static const char site = 0;
    const host::Thread& t = host::current();
    uint32* all = static_cast<uint32*>(host::shared(&site, 32 * 32 * 8 * 4)) + (t.thread.x / 32) * 256;
    host::sync_warp();
    std::memcpy(all + lane_id() * 8, mine, count * 4);
    host::sync_warp();
    return all;
}
static inline void host_load_matrices(uint32 r[4], uint32 from, bool transposed) {
    const uint32* rows = host_gather(&from, 1);
    int lane = lane_id();
    for (int i = 0; i < 4; i++) {
        uint16 pair[2];
        for (int e = 0; e < 2; e++) {
            int row = transposed ? lane % 4 * 2 + e : lane / 4;
            int column = transposed ? lane / 4 : lane % 4 * 2 + e;
            std::memcpy(&pair[e], host_pointer(rows[(i * 8 + row) * 8]) + column * 2, 2);
        }
        r[i] = pair[0] | (static_cast<uint32>(pair[1]) << 16);
    }
    host::sync_warp();
}
static inline void load_matrices(uint32 r[4], uint32 from) {
    host_load_matrices(r, from, false);
}
static inline void load_matrices_transposed(uint32 r[4], uint32 from) {
    host_load_matrices(r, from, true);
}
static inline void mma(float d[4], uint32 a0, uint32 a1, uint32 a2, uint32 a3, uint32 b0, uint32 b1) {
    uint32 mine[6] = {a0, a1, a2, a3, b0, b1};
    const uint32* all = host_gather(mine, 6);
    int lane = lane_id();
    for (int c = 0; c < 4; c++) {
        int row = lane / 4 + c / 2 * 8;
        int column = lane % 4 * 2 + c % 2;
        for (int k = 0; k < 16; k++) {
            uint32 a = all[(row % 8 * 4 + k % 8 / 2) * 8 + k / 8 * 2 + row / 8];
            uint32 b = all[(column * 4 + k % 8 / 2) * 8 + 4 + k / 8];
            d[c] = std::fma(k % 2 ? high_half(a) : low_half(a), k % 2 ? high_half(b) : low_half(b), d[c]);
        }
    }
    host::sync_warp();
}
#endif

#else // a GPU

#define ENTRY(name)
#define SHARED(T, name, count) __shared__ __align__(16) T name[count]
#define DYNAMIC_SHARED(T, name) \
    extern __shared__ uint4 dynamic_shared[]; \
    T* name = reinterpret_cast<T*>(dynamic_shared)
#define UNROLL _Pragma("unroll")
#define UNROLL_8 _Pragma("unroll 8")
#if __CUDA_ARCH__ >= 800
#define TENSOR_CORES 1
#endif

#define DEVICE static __device__ __forceinline__
DEVICE int atomic_next(int* counter) {
    return atomicAdd(counter, 1);
}
DEVICE void atomic_add(uint64* sum, uint64 value) {
    atomicAdd(sum, value);
}
DEVICE float as_float(uint32 bits) {
    return __uint_as_float(bits);
}
DEVICE uint32 as_uint(float value) {
    return __float_as_uint(value);
}
DEVICE int lane_id() {
    return (threadIdx.x + threadIdx.y * blockDim.x) & 31;
}
DEVICE float shuffle_xor(float value, int mask) {
    return __shfl_xor_sync(0xFFFFFFFFu, value, mask);
}
DEVICE int shuffle_xor(int value, int mask) {
    return __shfl_xor_sync(0xFFFFFFFFu, value, mask);
}
DEVICE float shuffle(float value, int lane) {
    return __shfl_sync(0xFFFFFFFFu, value, lane);
}
DEVICE int shuffle(int value, int lane) {
    return __shfl_sync(0xFFFFFFFFu, value, lane);
}
DEVICE int dp4a(uint32 a, uint32 b, int sum) {
    return __dp4a(static_cast<int>(a), static_cast<int>(b), sum);
}
DEVICE uint32 bytes(uint32 a, uint32 b, uint32 selector) {
    return __byte_perm(a, b, selector);
}
DEVICE float half_to_float(uint16 h) {
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(h));
    return value;
}
DEVICE uint16 float_to_half(float value) {
    uint16 h;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(value));
    return h;
}
DEVICE uint32 pack_halves(float low, float high) {
#ifdef TENSOR_CORES
    uint32 pair;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
#else
    return float_to_half(low) | (static_cast<uint32>(float_to_half(high)) << 16);
#endif
}
DEVICE float low_half(uint32 pair) {
    return half_to_float(static_cast<uint16>(pair));
}
DEVICE float high_half(uint32 pair) {
    return half_to_float(static_cast<uint16>(pair >> 16));
}
DEVICE uint32 half2_sub(uint32 a, uint32 b) {
    uint32 result;
    asm("sub.rn.f16x2 %0, %1, %2;" : "=r"(result) : "r"(a), "r"(b));
    return result;
}
DEVICE uint32 half2_mul(uint32 a, uint32 b) {
    uint32 result;
    asm("mul.rn.f16x2 %0, %1, %2;" : "=r"(result) : "r"(a), "r"(b));
    return result;
}
DEVICE uint32 half2_fma(uint32 a, uint32 b, uint32 c) {
    uint32 result;
    asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(result) : "r"(a), "r"(b), "r"(c));
    return result;
}
// Weights are read once a launch: they do not push activations out of the first-level cache.
DEVICE uint4 load_once(const uint4* p) {
    uint4 v;
    asm("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];"
        : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
        : "l"(p));
    return v;
}
DEVICE uint2 load_once(const uint2* p) {
    uint2 v;
    asm("ld.global.nc.L1::no_allocate.v2.u32 {%0,%1}, [%2];" : "=r"(v.x), "=r"(v.y) : "l"(p));
    return v;
}
DEVICE uint32 load_once(const uint32* p) {
    uint32 v;
    asm("ld.global.nc.L1::no_allocate.u32 %0, [%1];" : "=r"(v) : "l"(p));
    return v;
}
DEVICE uint16 load_once(const uint16* p) {
    uint16 v;
    asm("ld.global.nc.L1::no_allocate.u16 %0, [%1];" : "=h"(v) : "l"(p));
    return v;
}
DEVICE float fast_exp2(float x) {
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
}
DEVICE float exact_divide(float a, float b) {
    return __fdiv_rn(a, b);
}
DEVICE float round_even(float x) {
    return rintf(x);
}
DEVICE float inverse_root(float x) {
    return __fdiv_rn(1.0f, __fsqrt_rn(x));
}

#ifdef TENSOR_CORES
DEVICE uint32 shared_address(const void* p) {
    return static_cast<uint32>(__cvta_generic_to_shared(p));
}
// Addresses in shared memory are 32-bit numbers here, which saves registers.
// 16 bytes from global to shared memory without registers; zeros if absent.
DEVICE void copy_async(uint32 to, const void* from, bool present) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(present ? 16 : 0)
        : "memory");
}
DEVICE void copy_commit() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}
template <int PENDING>
DEVICE void copy_wait() {
    asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}
DEVICE void store_shared(uint32 to, const uint32 v[4]) {
    asm volatile("st.shared.v4.u32 [%0], {%1,%2,%3,%4};" ::"r"(to), "r"(v[0]), "r"(v[1]), "r"(v[2]), "r"(v[3])
        : "memory");
}
DEVICE void load_matrices(uint32 r[4], uint32 from) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
        : "r"(from)
        : "memory");
}
DEVICE void load_matrices_transposed(uint32 r[4], uint32 from) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
        : "r"(from)
        : "memory");
}
// d (16,8) += a (16,16) @ b (16,8): halves, sums in floats.
DEVICE void mma(float d[4], uint32 a0, uint32 a1, uint32 a2, uint32 a3, uint32 b0, uint32 b1) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
#endif
#endif

#ifndef DEVICE
#define DEVICE static inline
#endif
#ifdef INFERENCE_HOST
#define DEVICE_MEMBER inline
#else
#define DEVICE_MEMBER __device__ __forceinline__
#endif

static const int WARP = 32;

DEVICE float warp_sum(float value) {
    UNROLL for (int mask = 16; mask > 0; mask >>= 1) { value += shuffle_xor(value, mask); }
    return value;
}
// The exponential as the CPU computes it (Exp.java), to the last bit; from -87 to 88.
DEVICE float exact_exp(float x) {
    float v = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    float shifted = v * 1.44269502162933349609375f + 12582912.0f;
    float n = shifted - 12582912.0f;
    float r = fmaf(n, -static_cast<float>(0.6931471805599453 - 355.0 / 512), fmaf(n, -(355.0f / 512), v));
    float e = r * (1 / 720.0f) + 1 / 120.0f;
    e = fmaf(e, r, 1 / 24.0f);
    e = fmaf(e, r, 1 / 6.0f);
    e = fmaf(e, r, 0.5f);
    e = fmaf(e, r, 1.0f);
    e = fmaf(e, r, 1.0f);
    return as_float((as_uint(shifted) << 23) + as_uint(e));
}
DEVICE float silu(float x) {
    return exact_divide(x, 1 + exact_exp(-x));
}
