// Products for 17 and more rows of input, with tensor cores: tiles of M inputs by 128 matrix rows, 64 columns at a
// time.
//
// Four warps. Inputs are copied asynchronously two steps ahead into three stages; weights are loaded to registers two
// steps ahead, unpacked to halves between the matrix instructions of the step before, and stored in one of two stages
// (F16: copied like the inputs, three stages). If there are fewer tiles than multiprocessors the columns are shared
// among gridDim.z blocks of threads; the last to finish a tile adds the parts in order.
#pragma once
#include "gemm.cuh"

static const int TILE_THREADS = 128;
static const int TILE_ROWS = 128;
static const int TILE_COLUMNS = 64;

#ifdef TENSOR_CORES

template <int T, int M>
struct TileShape {
    static const int WARPS_M = M == 128 ? 2 : 1;        // warps along inputs
    static const int A = M / WARPS_M / 16;              // fragments of 16 inputs of a warp
    static const int B = TILE_ROWS / (4 / WARPS_M) / 8; // fragments of 8 matrix rows of a warp
    static const int W_STAGES = Traits<T>::FLOATING ? 3 : 2;
    static const bool EARLY = !Traits<T>::FLOATING; // weights are loaded two steps ahead, else one
};

template <int T, int M>
DEVICE void tile(const void* w, int rows, int columns, int n, const uint16* x, float* out, int ldo, int mode,
    float* partial, int* counters, const Act& to) {
    typedef typename Choose<T, Traits<T>::FLOATING>::Type F;
    typedef typename Choose<T, Traits<T>::FLOATING>::Block Loaded;
    typedef TileShape<T, M> Is;
    const int inputBytes = M * TILE_COLUMNS * 2;
    const int weightBytes = TILE_ROWS * TILE_COLUMNS * 2;
    DYNAMIC_SHARED(uint4, shared); // stages of weights, then of inputs
    SHARED(int, last, 1);
    uint32 weights = shared_address(shared);
    uint32 inputs = weights + Is::W_STAGES * weightBytes;
    F format(w, rows, columns);
    int thread = threadIdx.x;
    int lane = lane_id();
    int warp = thread / WARP;
    int first = blockIdx.y * M;
    int blocks = columns / BLOCK;
    int groups = (blocks + 3) / 4;
    int allSteps = (blocks + 1) / 2;
    int share = (allSteps + gridDim.z - 1) / gridDim.z;
    int begin = blockIdx.z * share;
    int end = begin + share < allSteps ? begin + share : allSteps;
    int row = gemm_row(blockIdx.x, thread, rows, mode);
    // A thread copies the same chunk of columns for inputs 16 apart.
    int input = thread / 64 * 8 + thread / 2 % 8;
    int part = thread / 16 % 4;
    const uint4* from =
        reinterpret_cast<const uint4*>(x) +
        (first + input < n ? (static_cast<size_t>((first + input) / 8) * groups * 4 + part) * 32 + input % 8 * 4 : 0);
    uint32 inputTo = inputs + gemm_chunk(0, input, thread % 2 * 4 + part);
    int warpInput = warp / (4 / Is::WARPS_M) * Is::A * 16;
    int warpRow = warp % (4 / Is::WARPS_M) * Is::B * 8;

    float sum[Is::A][Is::B][4];
    UNROLL for (int i = 0; i < Is::A; i++) {
        UNROLL for (int j = 0; j < Is::B; j++) {
            UNROLL for (int c = 0; c < 4; c++) { sum[i][j][c] = 0; }
        }
    }
    Loaded next[2], later[2];

#define TILE_COPY(step) \
    if ((step) < end) { \
        int block = (step) * 2 + thread % 2; \
        UNROLL for (int i = 0; i < M / 16; i++) { \
            bool present = first + input + 16 * i < n && block < blocks; \
            copy_async(inputTo + (step) % 3 * inputBytes + i * 2048, \
                from + (present ? i * groups * 256 + block / 4 * 128 + block % 4 : 0), present); \
        } \
        if (T == F16) { \
            UNROLL for (int c = 0; c < 8; c++) { \
                bool present = row >= 0 && (step) * 2 + c / 4 < blocks; \
                copy_async(gemm_chunk(weights + (step) % 3 * weightBytes, thread, c), \
                    static_cast<const uint4*>(w) + \
                        (present ? (static_cast<size_t>(row) * blocks + (step) * 2) * 4 + c : 0), \
                    present); \
            } \
        } \
    } \
    copy_commit();

#define TILE_LOAD(raw, step) \
    if (T != F16) { \
        UNROLL for (int b = 0; b < 2; b++) { \
            raw[b] = \
                row >= 0 && (step) < end && (step) * 2 + b < blocks ? format.load(row, (step) * 2 + b) : F::zero(); \
        } \
    }

#define TILE_STORE(raw, step, c) \
    if (T != F16) { \
        uint32 h[4]; \
        F::halves(raw[(c) / 4], F::scales(raw[(c) / 4]), (c) % 4, h); \
        store_shared(gemm_chunk(weights + (step) % Is::W_STAGES * weightBytes, thread, c), h); \
    }

    TILE_COPY(begin)
    TILE_COPY(begin + 1)
    TILE_LOAD(next, begin)
    UNROLL for (int c = 0; c < 8; c++) { TILE_STORE(next, begin, c) }
    if (Is::EARLY) { TILE_LOAD(next, begin + 1) }
    for (int step = begin; step < end; step++) {
        copy_wait<1>();
        __syncthreads();
        TILE_COPY(step + 2)
        if (Is::EARLY) {
            TILE_LOAD(later, step + 2)
        } else {
            TILE_LOAD(next, step + 1)
        }
        uint32 a_stage = inputs + step % 3 * inputBytes;
        uint32 b_stage = weights + step % Is::W_STAGES * weightBytes;
        UNROLL for (int k = 0; k < TILE_COLUMNS / 16; k++) {
            uint32 a[Is::A][4], b[Is::B / 2][4];
            UNROLL for (int j = 0; j < Is::B / 2; j++) {
                load_matrices(
                    b[j], gemm_chunk(b_stage, warpRow + j * 16 + lane / 16 * 8 + lane % 8, k * 2 + lane / 8 % 2));
            }
            UNROLL for (int i = 0; i < Is::A; i++) {
                load_matrices(a[i], gemm_chunk(a_stage, warpInput + i * 16 + lane % 16, k * 2 + lane / 16));
            }
            UNROLL for (int i = 0; i < Is::A; i++) {
                UNROLL for (int j = 0; j < Is::B; j++) {
                    mma(sum[i][j], a[i][0], a[i][1], a[i][2], a[i][3], b[j / 2][j % 2 * 2], b[j / 2][j % 2 * 2 + 1]);
                }
            }
            if (Is::EARLY) {
                TILE_STORE(next, step + 1, 2 * k)
                TILE_STORE(next, step + 1, 2 * k + 1)
            }
        }
        if (Is::EARLY) {
            UNROLL for (int b = 0; b < 2 && T != F16; b++) { next[b] = later[b]; }
        } else {
            UNROLL for (int c = 0; c < 8; c++) { TILE_STORE(next, step + 1, c) }
        }
    }
    copy_wait<0>();
    if (gridDim.z > 1) {
        const int size = M * TILE_ROWS;
        size_t index = static_cast<size_t>(blockIdx.y) * gridDim.x + blockIdx.x;
        float* parts = partial + index * gridDim.z * size + thread;
        float* mine = parts + static_cast<size_t>(blockIdx.z) * size;
        UNROLL for (int i = 0; i < Is::A * Is::B * 4; i++) {
            mine[i * TILE_THREADS] = sum[i / (Is::B * 4)][i / 4 % Is::B][i % 4];
        }
        __threadfence();
        __syncthreads();
        if (thread == 0) {
            last[0] = atomic_next(counters + index) == static_cast<int>(gridDim.z) - 1;
            if (last[0]) { counters[index] = 0; }
        }
        __syncthreads();
        if (!last[0]) { return; }
        __threadfence();
        UNROLL for (int i = 0; i < Is::A * Is::B * 4; i++) {
            sum[i / (Is::B * 4)][i / 4 % Is::B][i % 4] = parts[i * TILE_THREADS];
        }
        for (int z = 1; z < static_cast<int>(gridDim.z); z++) {
            parts += size;
            UNROLL for (int i = 0; i < Is::A * Is::B * 4; i++) {
                sum[i / (Is::B * 4)][i / 4 % Is::B][i % 4] += parts[i * TILE_THREADS];
            }
        }
    }
    UNROLL for (int i = 0; i < Is::A; i++) {
        UNROLL for (int c = 0; c < 4; c++) {
            int at = first + warpInput + i * 16 + lane / 4 + c / 2 * 8;
            if (at >= n) { continue; }
            UNROLL for (int j = 0; j < Is::B; j++) {
                int r = gemm_row(blockIdx.x, warpRow + j * 8 + lane % 4 * 2 + c % 2, rows, mode);
                if (r < 0) { continue; }
                if (mode != SWIGLU) {
                    gemm_put(sum[i][j][c], r, at, out, ldo, mode);
                } else if (j % 2 == 0) {
                    gemm_put_gated(sum[i][j][c], sum[i][j + 1][c], r, at, rows / 2, to);
                }
            }
        }
    }
}

#else

// Without tensor cores: plain and slow, a thread a matrix row; gemm is what such a card should use.
template <int T, int M>
DEVICE void tile(const void* w, int rows, int columns, int n, const uint16* x, float* out, int ldo, int mode, float*,
    int*, const Act& to) {
    typedef typename Choose<T, Traits<T>::FLOATING>::Type F;
    F format(w, rows, columns);
    int row = gemm_row(blockIdx.x, threadIdx.x, rows, mode);
    for (int input = blockIdx.y * M; input < n && input < static_cast<int>(blockIdx.y + 1) * M && blockIdx.z == 0;
        input++) {
        float sum = 0;
        for (int block = 0; block < columns / BLOCK && row >= 0; block++) {
            typename Choose<T, Traits<T>::FLOATING>::Block raw = format.load(row, block);
            UNROLL for (int j = 0; j < 4; j++) {
                uint32 pairs[4];
                F::halves(raw, F::scales(raw), j, pairs);
                for (int i = 0; i < 8; i++) {
                    float weight = i % 2 ? high_half(pairs[i / 2]) : low_half(pairs[i / 2]);
                    sum = fmaf(weight, half_to_float(x[half_index(input, block * BLOCK + j * 8 + i, columns)]), sum);
                }
            }
        }
        float up = shuffle(sum, lane_id() ^ 8); // of the same gate
        if (row >= 0 && mode != SWIGLU) {
            gemm_put(sum, row, input, out, ldo, mode);
        } else if (row >= 0 && threadIdx.x % 16 < 8) {
            gemm_put_gated(sum, up, row, input, rows / 2, to);
        }
    }
}
#endif
