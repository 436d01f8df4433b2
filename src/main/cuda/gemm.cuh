// Products for many rows of input without tensor cores: tiles of 128 inputs by 128 matrix rows as floats in shared
// memory. Each sum takes the columns in order; a row's result does not depend on the other rows of input.
//
// Grid (n/128, rows/128), 256 threads; neighbouring blocks have the same weights.
#pragma once
#include "parts.cuh"

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


#ifndef TENSOR_CORES

// 8 by 8 sums a thread.
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
    int first = blockIdx.x * GEMM_TILE;
    int tile = blockIdx.y;
    int row = gemm_row(tile, thread / 2, rows, mode);
    int input = first + thread / 2;
    float sum[64]; // input thread/16 + 16*i, matrix row thread%16 + 16*j of the tile at 8*i + j
    UNROLL for (int i = 0; i < 64; i++) { sum[i] = 0; }
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
                UNROLL for (int j = 0; j < 8; j++) { sum[8 * i + j] = fmaf(v[i], u[j], sum[8 * i + j]); }
            }
        }
        __syncthreads();
    }
    if (mode == SWIGLU) {
        UNROLL for (int i = 0; i < 64; i++) {
            int at = first + thread / 16 + i / 8 * 16;
            int r = gemm_row(tile, thread % 16 + i % 8 * 16, rows, mode);
            float up = shuffle(sum[i], lane_id() ^ 8); // gate in lanes with bit 3 clear, up in the others
            if (at < n && r >= 0 && thread % 16 < 8) { put_gated(sum[i], up, r, at, rows / 2, to); }
        }
        return;
    }
    auto place = [&](int i) {
        int at = first + thread / 16 + i / 8 * 16;
        int r = gemm_row(tile, thread % 16 + i % 8 * 16, rows, mode);
        return at < n && r >= 0 ? out + static_cast<size_t>(at) * ldo + r : nullptr;
    };
    put_all(sum, place, mode);
}

#ifdef INFERENCE_HOST

// Plain and slow, a thread a matrix row; for the types whose kernels the test double has without tensor cores, in the
// place of both wide and tile.
template <int T>
DEVICE void plain(const void* w, int rows, int columns, int n, const uint16* x, float* out, int ldo, int mode,
    const Act& to, int inputs) {
    typedef typename Choose<T, Traits<T>::FLOATING>::Type F;
    F format(w, rows, columns);
    int row = gemm_row(blockIdx.y, threadIdx.x, rows, mode);
    int first = blockIdx.x * inputs;
    for (int input = first; input < n && input < first + inputs && blockIdx.z == 0; input++) {
        float sum[1] = {0};
        for (int block = 0; block < columns / BLOCK && row >= 0; block++) {
            typename Choose<T, Traits<T>::FLOATING>::Block raw = format.load(row, block);
            for (int j = 0; j < 4; j++) {
                uint32 pairs[4];
                F::halves(raw, F::scales(raw), j, pairs);
                for (int i = 0; i < 8; i++) {
                    float weight = i % 2 ? high_half(pairs[i / 2]) : low_half(pairs[i / 2]);
                    size_t at = half_index(input, block * BLOCK + j * 8 + i, columns);
                    sum[0] = fmaf(weight, half_to_float(x[at]), sum[0]);
#ifdef BREAK_TILE_SUM
                    sum[0] *= 1.001f;
#endif
                }
            }
        }
        float up = shuffle(sum[0], lane_id() ^ 8); // of the same gate
        if (mode != SWIGLU) {
            put_all(sum, [&](int) { return row < 0 ? nullptr : out + static_cast<size_t>(input) * ldo + row; }, mode);
        } else if (row >= 0 && threadIdx.x % 16 < 8) {
            put_gated(sum[0], up, row, input, rows / 2, to);
        }
    }
}
#endif
#endif
