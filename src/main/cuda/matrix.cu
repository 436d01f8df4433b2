// The kernels of one weight type, TYPE: repacking at upload, rows of the embedding, and products.
#include "gemm.cuh"
#include "tile.cuh"
#include "wide.cuh"

#ifndef TYPE
#error "compile with -DTYPE=Q4_0 or another type of formats.cuh"
#endif

// The name of TYPE in entries.
#define NAME_F32 f32
#define NAME_F16 f16
#define NAME_BF16 bf16
#define NAME_Q4_0 q4_0
#define NAME_Q4_1 q4_1
#define NAME_Q5_0 q5_0
#define NAME_Q5_1 q5_1
#define NAME_Q8_0 q8_0
#define NAME_Q4_K q4_k
#define NAME_Q5_K q5_k
#define NAME_Q6_K q6_k
#define JOIN2(a, b) a##b
#define JOIN3(a, b, c) a##b##c
#define LATER2(a, b) JOIN2(a, b)
#define LATER3(a, b, c) JOIN3(a, b, c)
#define WITH_TYPE(before, after) LATER3(before, LATER2(NAME_, TYPE), after)

// The bits of the 32 weights of a block in GGUF bytes, and its scales; for each type how its bytes are laid out.
struct Unpacked {
    uint8 value[BLOCK];
    uint32 s;
    uint32 d;
};

template <class Byte>
DEVICE uint32 two_bytes(const Byte* p) {
    return p[0] | (p[1] << 8);
}

// Block `block` of a row that starts at `raw`.
template <int T>
DEVICE Unpacked read_block(const uint8* raw, int block) {
    Unpacked u;
    u.d = 0;
    if (T == Q8_0) {
        const uint8* at = raw + static_cast<size_t>(block) * 34;
        u.s = two_bytes(at);
        for (int i = 0; i < BLOCK; i++) {
            u.value[i] = at[2 + i];
        }
    } else if (T == Q4_0 || T == Q4_1 || T == Q5_0 || T == Q5_1) {
        const bool minimum = T == Q4_1 || T == Q5_1;
        const bool fifth = T == Q5_0 || T == Q5_1;
        const int head = (minimum ? 4 : 2) + (fifth ? 4 : 0);
        const uint8* at = raw + static_cast<size_t>(block) * (head + 16);
        u.s = minimum ? two_bytes(at) | (two_bytes(at + 2) << 16) : two_bytes(at);
        const uint8* bits = at + (minimum ? 4 : 2);
        uint32 high = fifth ? two_bytes(bits) | (two_bytes(bits + 2) << 16) : 0;
        for (int i = 0; i < BLOCK; i++) {
            int low = i < 16 ? at[head + i] & 15 : at[head + i - 16] >> 4;
            u.value[i] = static_cast<uint8>(low | (((high >> i) & 1) << 4));
        }
    } else if (T == Q4_K || T == Q5_K) {
        const uint8* at = raw + static_cast<size_t>(block / 8) * (T == Q4_K ? 144 : 176);
        const uint8* scales = at + 4;
        int part = block % 8;
        u.d = two_bytes(at) | (two_bytes(at + 2) << 16);
        int scale = part < 4 ? scales[part] & 63 : (scales[part + 4] & 15) | (scales[part - 4] >> 6 << 4);
        int minimum = part < 4 ? scales[part + 4] & 63 : (scales[part + 4] >> 4) | (scales[part] >> 6 << 4);
        u.s = static_cast<uint32>(scale | (minimum << 8));
        const uint8* low = at + (T == Q4_K ? 16 : 48) + part / 2 * 32;
        for (int i = 0; i < BLOCK; i++) {
            int high = T == Q5_K ? (at[16 + i] >> part) & 1 : 0;
            u.value[i] = static_cast<uint8>(((low[i] >> (part % 2 * 4)) & 15) | (high << 4));
        }
    } else {
        const uint8* at = raw + static_cast<size_t>(block / 8) * 210;
        int part = block % 8 / 4;
        int quarter = block % 4; // of the 128 weights of a part
        u.d = two_bytes(at + 208);
        u.s = two_bytes(at + 192 + block % 8 * 2);
        for (int i = 0; i < BLOCK; i++) {
            int low = (at[part * 64 + quarter % 2 * 32 + i] >> (quarter / 2 * 4)) & 15;
            int high = (at[128 + part * 32 + i] >> (quarter * 2)) & 3;
            u.value[i] = static_cast<uint8>(low | (high << 4));
        }
    }
    return u;
}

template <int T, bool FLOATING>
struct Repack {
    static DEVICE_MEMBER void block(const uint8* raw, void* w, int rows, int columns, int row, int source, int block) {
        typedef Traits<T> Is;
        Format<T> format(w, rows, columns);
        const int bytes = T == Q4_0   ? 18
                          : T == Q4_1 ? 20
                          : T == Q5_0 ? 22
                          : T == Q5_1 ? 24
                          : T == Q8_0 ? 34
                          : T == Q4_K ? 144
                          : T == Q5_K ? 176
                                      : 210;
        int blocks = columns / BLOCK;
        Unpacked u = read_block<T>(raw + static_cast<size_t>(source) * (Is::K ? blocks / 8 : blocks) * bytes, block);
        size_t at = static_cast<size_t>(row) * blocks + block;
        uint32 words[8] = {0, 0, 0, 0, 0, 0, 0, 0};
        uint32 high[2] = {0, 0};
        for (int e = 0; e < BLOCK; e++) {
            int j = e / 8;
            int place = byte_position(e % 8); // byte place%4 of the even or odd int
            if (T == Q8_0) {
                words[2 * j + place / 4] |= static_cast<uint32>(u.value[e]) << (place % 4 * 8);
                continue;
            }
            words[j] |= static_cast<uint32>(u.value[e] & 15) << (place % 4 * 8 + place / 4 * 4);
            int i = 2 * j + place / 4;
            if (Is::H_BYTES == 4) {
                high[0] |= static_cast<uint32>(u.value[e] >> 4) << (place % 4 * 8 + i);
            } else if (Is::H_BYTES == 8) {
                high[i / 4] |= static_cast<uint32>(u.value[e] >> 4) << (place % 4 * 8 + i % 4 * 2);
            }
        }
        uint4 first = {words[0], words[1], words[2], words[3]};
        if (T == Q8_0) {
            uint4 last = {words[4], words[5], words[6], words[7]};
            uint8* to = const_cast<uint8*>(format.q) + static_cast<size_t>(row) * blocks * 32 + block * 16;
            *reinterpret_cast<uint4*>(to) = first;
            *reinterpret_cast<uint4*>(to + blocks * 16) = last;
        } else {
            *reinterpret_cast<uint4*>(const_cast<uint8*>(format.q) + at * 16) = first;
        }
        uint32* h = reinterpret_cast<uint32*>(const_cast<uint8*>(format.h) + at * Is::H_BYTES);
        if (Is::H_BYTES >= 4) { h[0] = high[0]; }
        if (Is::H_BYTES == 8) { h[1] = high[1]; }
        put(const_cast<uint8*>(format.s), at, Is::S_BYTES, u.s);
        if (Is::K && block % 8 == 0) { put(const_cast<uint8*>(format.d), at / 8, Is::D_BYTES, u.d); }
    }

    static DEVICE_MEMBER void put(uint8* plane, size_t at, int bytes, uint32 value) {
        if (bytes == 4) {
            reinterpret_cast<uint32*>(plane)[at] = value;
        } else {
            reinterpret_cast<uint16*>(plane)[at] = static_cast<uint16>(value);
        }
    }

    static DEVICE_MEMBER float element(const void* w, int rows, int columns, int row, int k) {
        Format<T> format(w, rows, columns);
        Raw<T> raw = format.load(row, k / BLOCK);
        return Format<T>::element(raw, Format<T>::scales(raw), k % BLOCK);
    }
};

template <int T>
struct Repack<T, true> {
    // These need no repacking; the entry copies, so that every type has the same ones.
    static DEVICE_MEMBER void block(const uint8* raw, void* w, int, int columns, int row, int source, int block) {
        const int words = T == F32 ? BLOCK : BLOCK / 2;
        size_t perRow = static_cast<size_t>(columns) / BLOCK * words;
        const uint32* from = reinterpret_cast<const uint32*>(raw) + source * perRow + block * words;
        uint32* to = static_cast<uint32*>(w) + row * perRow + block * words;
        for (int i = 0; i < words; i++) {
            to[i] = from[i];
        }
    }

    static DEVICE_MEMBER float element(const void* w, int, int columns, int row, int k) {
        size_t at = static_cast<size_t>(row) * columns + k;
        if (T == F32) { return static_cast<const float*>(w)[at]; }
        uint16 value = static_cast<const uint16*>(w)[at];
        return T == F16 ? half_to_float(value) : as_float(static_cast<uint32>(value) << 16);
    }
};

typedef Repack<TYPE, Traits<TYPE>::FLOATING> Own;

// GGUF bytes of `count` rows into rows row0.. of the planes of w (rows,columns); a thread makes one block of 32.
extern "C" __global__ void WITH_TYPE(repack_, )(const uint8* raw, void* w, int rows, int columns, int row0, int count) {
    int blocks = columns / BLOCK;
    long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i < static_cast<long long>(count) * blocks) {
        int source = static_cast<int>(i / blocks);
        Own::block(raw, w, rows, columns, row0 + source, source, static_cast<int>(i % blocks));
    }
}
#define ENTRY_OF(name) ENTRY(name)
ENTRY_OF(WITH_TYPE(repack_, ))

// Rows of the embedding: x[i] = w[token of row i]; zeros for an unused row.
extern "C" __global__ void WITH_TYPE(embed_, )(
    const void* w, int rows, int columns, const int* stepRows, float* x, int ldx) {
    int token = stepRows[blockIdx.x * 4];
    for (int k = threadIdx.x; k < columns; k += blockDim.x) {
        x[static_cast<size_t>(blockIdx.x) * ldx + k] =
            token >= 0 && token < rows ? Own::element(w, rows, columns, token, k) : 0;
    }
}
ENTRY_OF(WITH_TYPE(embed_, ))

#define MATVEC(N) \
    extern "C" __global__ void __launch_bounds__(MATVEC_THREADS, MATVEC_BLOCKS) \
        WITH_TYPE(matvec_, _n##N)(const void* w, int rows, int columns, int n, void* q8, void* meta, float* f, \
            float* out, int ldo, int mode, void* toQ8, void* toMeta, void* toHalf, float* toF) { \
        matvec<TYPE, N, N == 1 ? MATVEC_ROWS : 2>( \
            w, rows, columns, n, act(q8, meta, 0, f), out, ldo, mode, act(toQ8, toMeta, toHalf, toF)); \
    } \
    ENTRY_OF(WITH_TYPE(matvec_, _n##N))
MATVEC(1)
MATVEC(2)
MATVEC(4)
MATVEC(8)

// A norm and the product with its result, for one input: row index[0] of x, or row 0 if there is no index.
extern "C" __global__ void __launch_bounds__(MATVEC_THREADS, MATVEC_BLOCKS) WITH_TYPE(norm_matvec_, )(const void* w,
    int rows, int columns, const float* x, int ldx, const int* index, const float* weight, float epsilon, float* out,
    int ldo, int mode, void* toQ8, void* toMeta, void* toHalf, float* toF) {
    int row = index ? index[0] : 0;
    norm_matvec<TYPE, MATVEC_ROWS>(w, rows, columns, x + static_cast<size_t>(row < 0 ? 0 : row) * ldx, row, weight,
        epsilon, out, ldo, mode, act(toQ8, toMeta, toHalf, toF));
}
ENTRY_OF(WITH_TYPE(norm_matvec_, ))

#define SMALL(NT) \
    extern "C" __global__ void __launch_bounds__(SMALL_THREADS, NT <= 2 ? 2 : 1) \
        WITH_TYPE(small_, _t##NT)(const void* w, int rows, int columns, int n, const uint16* x, float* out, int ldo, \
            int mode, void* toQ8, void* toMeta, void* toHalf, float* toF) { \
        small<TYPE, NT>(w, rows, columns, n, x, out, ldo, mode, act(toQ8, toMeta, toHalf, toF)); \
    } \
    ENTRY_OF(WITH_TYPE(small_, _t##NT))
SMALL(1)
SMALL(2)
SMALL(4)
SMALL(8)

// What a card with tensor cores takes for many rows.
#if defined(TENSOR_CORES) || defined(INFERENCE_HOST)
#ifdef TENSOR_CORES
#define MANY(kernel, inputs) kernel(w, rows, columns, n, x, out, ldo, mode, partial, counters, to)
#else
#define MANY(kernel, inputs) plain<TYPE>(w, rows, columns, n, x, out, ldo, mode, to, inputs)
#endif
#define MANY_ENTRY(name, ...) \
    extern "C" __global__ void __launch_bounds__(TILED_THREADS, 2) name(const void* w, int rows, int columns, int n, \
        const uint16* x, float* out, int ldo, int mode, float* partial, int* counters, void* toQ8, void* toMeta, \
        void* toHalf, float* toF) { \
        Act to = act(toQ8, toMeta, toHalf, toF); \
        __VA_ARGS__; \
    } \
    ENTRY_OF(name)
MANY_ENTRY(WITH_TYPE(tile_, ), MANY(tile<TYPE>, TILE_INPUTS))
MANY_ENTRY(WITH_TYPE(wide_, _t8), MANY((wide<TYPE, 8>), 64))
MANY_ENTRY(WITH_TYPE(wide_, _t16), MANY((wide<TYPE, 16>), 128))
#endif

// And one without.
#ifndef TENSOR_CORES
extern "C" __global__ void __launch_bounds__(GEMM_THREADS, 2) WITH_TYPE(gemm_, )(const void* w, int rows, int columns,
    int n, const uint16* x, float* out, int ldo, int mode, void* toQ8, void* toMeta, void* toHalf, float* toF) {
    gemm<TYPE>(w, rows, columns, n, x, out, ldo, mode, act(toQ8, toMeta, toHalf, toF));
}
ENTRY_OF(WITH_TYPE(gemm_, ))
#endif
