// Products for many rows of input (prefill): tiles of 128 inputs by 128 matrix rows by 64 columns in shared memory, two
// stages deep. Inputs are copied asynchronously; weights are loaded to registers a stage ahead, unpacked to halves and
// stored. Each sum takes the columns in order; a row's result does not depend on the other rows of input.
#pragma once
#include "small.cuh"

static const int GEMM_TILE = 128;
static const int GEMM_THREADS = 256;

// The matrix row of row r of tile `tile`, -1 if there is none. SwiGLU: 8 rows of gate, the same 8 of up, and so on.
DEVICE int gemm_row(int tile, int r, int rows, int mode) {
    if (mode != SWIGLU) {
        int row = tile * GEMM_TILE + r;
        return row < rows ? row : -1;
    }
    int row = tile * (GEMM_TILE / 2) + r / 16 * 8 + r % 8;
    return row < rows / 2 ? row + r / 8 % 2 * (rows / 2) : -1;
}

DEVICE void gemm_put(float value, int row, int input, float* out, int ldo, int mode) {
    float* at = out + static_cast<size_t>(input) * ldo + row;
    *at = mode == ADD ? *at + value : value;
}

DEVICE void gemm_put_gated(float gate, float up, int row, int input, int width, const Act& to) {
    float value = silu(gate) * up;
    if (to.half) { to.half[half_index(input, row, width)] = saturated_half(value); }
    if (to.f) { to.f[static_cast<size_t>(input) * width + row] = value; }
}

#ifdef TENSOR_CORES

static const int GEMM_COLUMNS = 64;

// 16-byte chunk c of row r of a stage; the exclusive or spreads a column of chunks over the banks.
DEVICE uint32 gemm_chunk(uint32 stage, int r, int c) {
    return stage + r * 128 + (c ^ (r & 7)) * 16;
}

template <int T>
DEVICE void gemm(
    const void* w, int rows, int columns, int n, const uint16* x, float* out, int ldo, int mode, const Act& to) {
    typedef typename Choose<T, Traits<T>::FLOATING>::Type F;
    typedef typename Choose<T, Traits<T>::FLOATING>::Block B;
    const int size = GEMM_TILE * GEMM_COLUMNS * 2; // bytes of an operand in a stage
    DYNAMIC_SHARED(uint4, shared);                 // inputs 0, inputs 1, weights 0, weights 1
    uint32 stages = shared_address(shared);
    F format(w, rows, columns);
    int thread = threadIdx.x;
    int lane = lane_id();
    int warp = thread / WARP;
    int first = blockIdx.y * GEMM_TILE;
    int blocks = columns / BLOCK;
    int groups = (blocks + 3) / 4;
    int steps = (blocks + 1) / 2;
    int row = gemm_row(blockIdx.x, thread / 2, rows, mode);
    // A thread copies the same chunk of columns for inputs 32 apart.
    int input = first + thread / 64 * 8 + thread / 2 % 8;
    int part = thread / 16 % 4;
    const uint4* from =
        reinterpret_cast<const uint4*>(x) + (static_cast<size_t>(input / 8) * groups * 4 + part) * 32 + input % 8 * 4;
    if (input >= n) { from = reinterpret_cast<const uint4*>(x); }
    int warpInput = warp / 4 * 64;
    int warpRow = warp % 4 * 32;

    float sum[4][4][4];
    UNROLL for (int i = 0; i < 4; i++) {
        UNROLL for (int j = 0; j < 4; j++) {
            UNROLL for (int c = 0; c < 4; c++) { sum[i][j][c] = 0; }
        }
    }
    for (int step = -1; step < steps; step++) {
        int ahead = step + 1;
        uint32 aheadInputs = stages + ahead % 2 * size;
        uint32 aheadWeights = aheadInputs + 2 * size;
        bool more = ahead < steps;
        B raw = F::zero();
        if (more) {
            int block = ahead * 2 + thread % 2;
            UNROLL for (int i = 0; i < 4; i++) {
                bool present = input + 32 * i < n && block < blocks;
                int at = i * groups * 4 * 128 + block / 4 * 128 + block % 4;
                copy_async(gemm_chunk(aheadInputs, input - first, thread % 2 * 4 + part) + i * 32 * 128,
                    from + (present ? at : 0), present);
            }
            bool present = row >= 0 && block < blocks;
            if (T == F16) { // as it is
                const uint4* weight =
                    static_cast<const uint4*>(w) + (present ? (static_cast<size_t>(row) * blocks + block) * 4 : 0);
                UNROLL for (int j = 0; j < 4; j++) {
                    copy_async(
                        gemm_chunk(aheadWeights, thread / 2, thread % 2 * 4 + j), weight + (present ? j : 0), present);
                }
            } else if (present) {
                raw = format.load(row, block);
            }
        }
        copy_commit();
        if (step >= 0) {
            uint32 inputs = stages + step % 2 * size;
            uint32 weights = inputs + 2 * size;
            UNROLL for (int k = 0; k < GEMM_COLUMNS / 16; k++) {
                uint32 b[2][4];
                UNROLL for (int j = 0; j < 2; j++) {
                    load_matrices(
                        b[j], gemm_chunk(weights, warpRow + j * 16 + lane / 16 * 8 + lane % 8, k * 2 + lane / 8 % 2));
                }
                UNROLL for (int i = 0; i < 4; i++) {
                    uint32 a[4];
                    load_matrices(a, gemm_chunk(inputs, warpInput + i * 16 + lane % 16, k * 2 + lane / 16));
                    UNROLL for (int j = 0; j < 4; j++) {
                        mma(sum[i][j], a[0], a[1], a[2], a[3], b[j / 2][j % 2 * 2], b[j / 2][j % 2 * 2 + 1]);
                    }
                }
            }
        }
        if (more && T != F16) {
            Scales scales = F::scales(raw);
            UNROLL for (int j = 0; j < 4; j++) {
                uint32 h[4];
                F::halves(raw, scales, j, h);
                store_shared(gemm_chunk(aheadWeights, thread / 2, thread % 2 * 4 + j), h);
            }
        }
        copy_wait<0>();
        __syncthreads();
    }
    int tile = blockIdx.x;
    UNROLL for (int i = 0; i < 4; i++) {
        UNROLL for (int c = 0; c < 4; c++) {
            int at = first + warpInput + i * 16 + lane / 4 + c / 2 * 8;
            if (at >= n) { continue; }
            UNROLL for (int j = 0; j < 4; j++) {
                int r = gemm_row(tile, warpRow + j * 8 + lane % 4 * 2 + c % 2, rows, mode);
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

// Without tensor cores: floats in shared memory, 8 by 8 sums a thread.
template <int T>
DEVICE void gemm(
    const void* w, int rows, int columns, int n, const uint16* x, float* out, int ldo, int mode, const Act& to) {
    typedef typename Choose<T, Traits<T>::FLOATING>::Type F;
    typedef typename Choose<T, Traits<T>::FLOATING>::Block B;
    const int stride = GEMM_TILE + 4;
    DYNAMIC_SHARED(float, weights); // (32,stride), then inputs (32,stride)
    float* inputs = weights + BLOCK * stride;
    F format(w, rows, columns);
    int thread = threadIdx.x;
    int first = blockIdx.y * GEMM_TILE;
    int tile = blockIdx.x;
    int row = gemm_row(tile, thread / 2, rows, mode);
    int input = first + thread / 2;
    float sum[8][8]; // inputs, matrix rows: thread%16 has rows 16*(j/2) + 2*... of the tile, see below
    UNROLL for (int i = 0; i < 8; i++) {
        UNROLL for (int j = 0; j < 8; j++) { sum[i][j] = 0; }
    }
    for (int block = 0; block < columns / BLOCK; block++) {
        B raw = row >= 0 ? format.load(row, block) : F::zero();
        Scales scales = F::scales(raw);
        UNROLL for (int part = 0; part < 4; part++) {
            if (part / 2 != thread % 2) { continue; }
            uint32 pairs[4];
            F::halves(raw, scales, part, pairs);
            UNROLL for (int i = 0; i < 4; i++) {
                weights[(part * 8 + 2 * i) * stride + thread / 2] = row >= 0 ? low_half(pairs[i]) : 0;
                weights[(part * 8 + 2 * i + 1) * stride + thread / 2] = row >= 0 ? high_half(pairs[i]) : 0;
            }
            for (int i = 0; i < 8; i++) {
                int k = part * 8 + i;
                inputs[k * stride + thread / 2] =
                    input < n ? half_to_float(x[half_index(input, block * BLOCK + k, columns)]) : 0;
            }
        }
        __syncthreads();
        for (int k = 0; k < BLOCK; k++) {
            float u[8], v[8];
            UNROLL for (int i = 0; i < 8; i++) {
                u[i] = weights[k * stride + thread % 16 + 16 * i];
                v[i] = inputs[k * stride + thread / 16 + 16 * i];
            }
            UNROLL for (int i = 0; i < 8; i++) {
                UNROLL for (int j = 0; j < 8; j++) { sum[i][j] = fmaf(v[i], u[j], sum[i][j]); }
            }
        }
        __syncthreads();
    }
    UNROLL for (int i = 0; i < 8; i++) {
        int at = first + thread / 16 + 16 * i;
        UNROLL for (int j = 0; j < 8; j++) {
            int r = gemm_row(tile, thread % 16 + 16 * j, rows, mode);
            if (mode != SWIGLU) {
                if (at < n && r >= 0) { gemm_put(sum[i][j], r, at, out, ldo, mode); }
            } else {
                float up = shuffle(sum[i][j], lane_id() ^ 8); // gate in lanes with bit 3 clear, up in the others
                if (at < n && r >= 0 && thread % 16 < 8) { gemm_put_gated(sum[i][j], up, r, at, rows / 2, to); }
            }
        }
    }
}
#endif
