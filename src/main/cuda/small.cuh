// Products for 3 rows of input or more, best for tens of them: weights pass from memory through registers into the
// tensor cores, without shared memory.
//
// A block of threads makes 32 matrix rows by 8*NT inputs; its 8 warps share the columns in groups of 128 and add their
// sums in a fixed tree. Since the order of columns in a fragment is free as long as both operands agree, a thread
// multiplies whole blocks of its own: it loads 16 bytes of weights for each of four rows, and inputs in fragment order.
// The order of sums depends on the matrix's shape alone.
//
// Shapes: W (rows,columns) in planes, x (n,columns) halves in fragment order, out (n,rows). Grid: x = ceil(n/(8*NT)),
// any y of 32-row tiles (SwiGLU: 16 outputs); neighbouring blocks have the same weights. Bytes: those of W, and
// n*columns*2 of x for each tile, from the second-level cache. Operations: 2*rows*columns*n; matrix instructions
// m16n8k16, about 45 others to unpack 32 weights.
//
// Roofline: memory up to n = 16; then the inputs that every tile reads again from the second-level cache, which is why
// tile.cuh takes over. ptxas, sm_80 to sm_90: t1 and t2 112 to 128 registers (2 blocks a multiprocessor, 32 KiB in
// flight), t4 112 to 214, t8 159 to 255 (1 block); shared memory 4, 8, 16, 32 KiB. Expected share of bandwidth at n =
// 8, 28672x4096 Q4_0: A10 and L4 0.75, A100 0.6, H100 0.5. Measured on an H100 before inputs were loaded ahead: Q4_0
// 1,730 GB/s, Q8_0 2,256, F16 2,583.
#pragma once
#include "matvec.cuh"

static const int SMALL_ROWS = 32;
static const int SMALL_THREADS = 256;

// The matrix row of row r of a tile, -1 if there is none. SwiGLU: 16 rows of gate, then the same 16 of up.
DEVICE int small_row(int tile, int r, int rows, int mode) {
    if (mode != SWIGLU) {
        int row = tile * SMALL_ROWS + r;
        return row < rows ? row : -1;
    }
    int row = tile * 16 + r % 16;
    return row < rows / 2 ? row + r / 16 * (rows / 2) : -1;
}

DEVICE void put_gated(float gate, float up, int row, int input, int width, const Act& to) {
    float value = silu(gate) * up;
    if (to.half) { to.half[half_index(input, row, width)] = saturated_half(value); }
    if (to.f) { to.f[static_cast<size_t>(input) * width + row] = value; }
}

// Writes a tile; `sums` finds the sum of (matrix row of the tile, input of the tile).
template <int N, class Sums>
DEVICE void small_write(
    int tile, int first, int rows, int n, const Sums& sums, float* out, int ldo, int mode, const Act& to) {
    int thread = threadIdx.x;
    if (mode == SWIGLU) {
        int width = rows / 2;
        for (int i = thread; i < 16 * N; i += SMALL_THREADS) {
            int row = tile * 16 + i % 16;
            int input = first + i / 16;
            if (row < width && input < n) {
                put_gated(sums(i % 16, i / 16), sums(i % 16 + 16, i / 16), row, input, width, to);
            }
        }
        return;
    }
    for (int i = thread; i < SMALL_ROWS * N; i += SMALL_THREADS) {
        int row = tile * SMALL_ROWS + i % SMALL_ROWS;
        int input = first + i / SMALL_ROWS;
        if (row < rows && input < n) {
            float* at = out + static_cast<size_t>(input) * ldo + row;
            float value = sums(i % SMALL_ROWS, i / SMALL_ROWS);
            *at = mode == ADD ? *at + value : value;
        }
    }
}

#ifdef BREAK_SMALL_BARRIER
#define SMALL_BARRIER()
#else
#define SMALL_BARRIER() __syncthreads()
#endif

#ifdef TENSOR_CORES

// Sums as the tensor cores leave them: element c of fragment (16 rows, 8 inputs) of a lane.
template <int NT>
struct FragmentSums {
    const float* at;
    DEVICE_MEMBER float operator()(int row, int input) const {
        int c = row % 16 / 8 * 2 + input % 2;
        return at[((row / 16 * NT + input / 8) * 4 + c) * WARP + row % 8 * 4 + input % 8 / 2];
    }
};

template <int T, int NT>
DEVICE void small(
    const void* w, int rows, int columns, int n, const uint16* x, float* out, int ldo, int mode, const Act& to) {
    typedef typename Choose<T, Traits<T>::FLOATING>::Type F;
    typedef typename Choose<T, Traits<T>::FLOATING>::Block B;
    const int warps = SMALL_THREADS / WARP;
    const int size = 2 * NT * 4 * WARP; // sums of a tile
    const bool AHEAD = NT < 8;          // loads the next weights early, if registers allow it
    const bool INPUTS_AHEAD = NT == 1;  // and the next inputs
    SHARED(float, sums, 4 * size);
    F format(w, rows, columns);
    int lane = lane_id();
    int warp = threadIdx.x / WARP;
    int blocks = columns / BLOCK;
    int groups = (blocks + 3) / 4;
    int first = blockIdx.x * 8 * NT;
    const uint4* inputs = reinterpret_cast<const uint4*>(x) + static_cast<size_t>(first / 8) * groups * 4 * WARP + lane;
    int present_tiles = (n - first + 7) / 8; // fragments of inputs that exist
    int tiles = mode == SWIGLU ? (rows / 2 + 15) / 16 : (rows + SMALL_ROWS - 1) / SMALL_ROWS;
    for (int tile = blockIdx.y; tile < tiles; tile += gridDim.y) {
        int row[4];
        UNROLL for (int i = 0; i < 4; i++) { row[i] = small_row(tile, lane / 4 + 8 * i, rows, mode); }
        float sum[2][NT][4];
        UNROLL for (int m = 0; m < 2; m++) {
            UNROLL for (int t = 0; t < NT; t++) {
                UNROLL for (int c = 0; c < 4; c++) { sum[m][t][c] = 0; }
            }
        }
        B next[4];
        UNROLL for (int i = 0; i < 4 && AHEAD; i++) {
            int block = warp * 4 + lane % 4;
            next[i] = row[i] >= 0 && block < blocks ? format.load(row[i], block) : F::zero();
        }
        uint4 nextInputs[INPUTS_AHEAD ? NT : 1][4];
        UNROLL for (int i = 0; i < NT * 4 && INPUTS_AHEAD; i++) {
            uint4 none = {0, 0, 0, 0};
            bool present = warp * 4 + lane % 4 < blocks && i / 4 < present_tiles;
            nextInputs[i / 4][i % 4] =
                present ? inputs[(static_cast<size_t>(i / 4) * groups + warp) * 4 * WARP + i % 4 * WARP] : none;
        }
        for (int group = warp; group < groups; group += warps) {
            B raw[4];
            uint4 own[INPUTS_AHEAD ? NT : 1][4];
            UNROLL for (int i = 0; i < NT * 4 && INPUTS_AHEAD; i++) {
                own[i / 4][i % 4] = nextInputs[i / 4][i % 4];
                uint4 none = {0, 0, 0, 0};
                bool present = (group + warps) * 4 + lane % 4 < blocks && i / 4 < present_tiles;
                nextInputs[i / 4][i % 4] =
                    present ? inputs[(static_cast<size_t>(i / 4) * groups + group + warps) * 4 * WARP + i % 4 * WARP]
                            : none;
            }
            bool inside = group * 4 + lane % 4 < blocks;
            UNROLL for (int i = 0; i < 4; i++) {
                raw[i] = AHEAD                   ? next[i]
                         : row[i] >= 0 && inside ? format.load(row[i], group * 4 + lane % 4)
                                                 : F::zero();
                int block = (group + warps) * 4 + lane % 4;
                if (AHEAD) { next[i] = row[i] >= 0 && block < blocks ? format.load(row[i], block) : F::zero(); }
            }
            Scales scales[4];
            UNROLL for (int i = 0; i < 4; i++) { scales[i] = F::scales(raw[i]); }
            UNROLL for (int j = 0; j < 4; j++) {
                uint32 a[4][4];
                UNROLL for (int i = 0; i < 4; i++) { F::halves(raw[i], scales[i], j, a[i]); }
                UNROLL for (int t = 0; t < NT; t++) {
                    uint4 b = {0, 0, 0, 0};
                    if (INPUTS_AHEAD) {
                        b = own[t][j];
                    } else if (inside && t < present_tiles) {
                        b = inputs[(static_cast<size_t>(t) * groups + group) * 4 * WARP + j * WARP];
                    }
                    UNROLL for (int m = 0; m < 2; m++) {
                        mma(sum[m][t], a[2 * m][0], a[2 * m + 1][0], a[2 * m][1], a[2 * m + 1][1], b.x, b.y);
                        mma(sum[m][t], a[2 * m][2], a[2 * m + 1][2], a[2 * m][3], a[2 * m + 1][3], b.z, b.w);
                    }
                }
            }
        }
        // Upper half of the warps hands over, lower half adds, until one warp is left.
        float* mine = sums + static_cast<size_t>(warp % 4) * size + lane;
        for (int half = warps / 2; half > 0; half /= 2) {
            if (warp >= half && warp < 2 * half) {
                float* to_lower = sums + static_cast<size_t>(warp - half) * size + lane;
                UNROLL for (int i = 0; i < 8 * NT; i++) { to_lower[i * WARP] = sum[i / (4 * NT)][i / 4 % NT][i % 4]; }
            }
            SMALL_BARRIER();
            if (warp < half) {
                UNROLL for (int i = 0; i < 8 * NT; i++) { sum[i / (4 * NT)][i / 4 % NT][i % 4] += mine[i * WARP]; }
            }
            SMALL_BARRIER();
        }
        if (warp == 0) {
            UNROLL for (int i = 0; i < 8 * NT; i++) { mine[i * WARP] = sum[i / (4 * NT)][i / 4 % NT][i % 4]; }
        }
        SMALL_BARRIER();
        FragmentSums<NT> result = {sums};
        small_write<8 * NT>(tile, first, rows, n, result, out, ldo, mode, to);
        SMALL_BARRIER();
    }
}

#else

struct PlainSums {
    const float* at;
    DEVICE_MEMBER float operator()(int row, int input) const { return at[input * SMALL_ROWS + row]; }
};

// Without tensor cores: the same tile from floats in shared memory.
template <int T, int NT>
DEVICE void small(
    const void* w, int rows, int columns, int n, const uint16* x, float* out, int ldo, int mode, const Act& to) {
    typedef typename Choose<T, Traits<T>::FLOATING>::Type F;
    const int stride = BLOCK + 1;
    SHARED(float, weights, SMALL_ROWS * stride);
    SHARED(float, inputs, 8 * NT * stride);
    SHARED(float, sums, SMALL_ROWS * 8 * NT);
    F format(w, rows, columns);
    int thread = threadIdx.x;
    int first = blockIdx.x * 8 * NT;
    int tiles = mode == SWIGLU ? (rows / 2 + 15) / 16 : (rows + SMALL_ROWS - 1) / SMALL_ROWS;
    for (int tile = blockIdx.y; tile < tiles; tile += gridDim.y) {
        float sum[NT];
        UNROLL for (int i = 0; i < NT; i++) { sum[i] = 0; }
        for (int block = 0; block < columns / BLOCK; block++) {
            if (thread < SMALL_ROWS * 4) {
                int row = small_row(tile, thread / 4, rows, mode);
                uint32 pairs[4] = {0, 0, 0, 0};
                if (row >= 0) {
                    typename Choose<T, Traits<T>::FLOATING>::Block raw = format.load(row, block);
                    F::halves(raw, F::scales(raw), thread % 4, pairs);
                }
                for (int i = 0; i < 4; i++) {
                    weights[thread / 4 * stride + thread % 4 * 8 + 2 * i] = low_half(pairs[i]);
                    weights[thread / 4 * stride + thread % 4 * 8 + 2 * i + 1] = high_half(pairs[i]);
                }
            }
            for (int i = thread; i < 8 * NT * BLOCK; i += SMALL_THREADS) {
                int input = first + i / BLOCK;
                inputs[i / BLOCK * stride + i % BLOCK] =
                    input < n ? half_to_float(x[half_index(input, block * BLOCK + i % BLOCK, columns)]) : 0;
            }
            SMALL_BARRIER();
            UNROLL for (int i = 0; i < NT; i++) {
                const float* u = weights + thread % SMALL_ROWS * stride;
                const float* v = inputs + (thread / SMALL_ROWS + 8 * i) * stride;
                for (int k = 0; k < BLOCK; k++) {
                    sum[i] = fmaf(u[k], v[k], sum[i]);
                }
            }
            SMALL_BARRIER();
        }
        UNROLL for (int i = 0; i < NT; i++) { sums[i * SMALL_THREADS + thread] = sum[i]; }
        SMALL_BARRIER();
        PlainSums result = {sums};
        small_write<8 * NT>(tile, first, rows, n, result, out, ldo, mode, to);
        SMALL_BARRIER();
    }
}
#endif
