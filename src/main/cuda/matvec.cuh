// Matrix-vector products for 1 to 8 rows of input: 8-bit integer dot products for the quantised types, floats for others.
//
// A warp multiplies two matrix rows by all inputs; a lane takes every 32nd block, so a warp's loads are 512 neighbouring
// bytes. The sums of the lanes meet in a fixed tree: a row's result does not depend on the other rows of input.
#pragma once
#include "formats.cuh"

enum Mode { STORE, ADD, SWIGLU };

static const int MATVEC_THREADS = 256;

template <int T, int N>
struct QuantizedDot {
    typedef typename Choose<T, Traits<T>::FLOATING>::Type F;
    typedef typename Choose<T, Traits<T>::FLOATING>::Block B;

    static DEVICE_MEMBER void add(const B& raw, const uint32 x[8], const int2& meta, float& sum) {
        typedef Traits<T> Is;
        Scales scales = F::scales(raw);
        float xScale = as_float(static_cast<uint32>(meta.x));
        int first = 0;
        int last = 0;
        UNROLL for (int j = 0; j < 4; j++) {
            uint32 even, odd;
            F::unpack(raw, j, even, odd);
            int& dot = j < 2 || T != Q6_K ? first : last;
            dot = dp4a(even, x[2 * j], dot);
            dot = dp4a(odd, x[2 * j + 1], dot);
        }
        int firstSum = static_cast<short>(meta.y);
        int lastSum = meta.y >> 16;
        if (T == Q6_K) {
            sum = fmaf(scales.first, static_cast<float>(first - 32 * firstSum) * xScale, sum);
            sum = fmaf(scales.last, static_cast<float>(last - 32 * lastSum) * xScale, sum);
            return;
        }
        if (Is::MINIMUM || Is::OFFSET) {
            float minimum = Is::MINIMUM ? scales.minimum : -Is::OFFSET * scales.first;
            sum = fmaf(minimum, xScale * static_cast<float>(firstSum + lastSum), sum);
        }
        sum = fmaf(scales.first, static_cast<float>(first) * xScale, sum);
    }

    // Rows a and b of the matrix with all inputs.
    static DEVICE_MEMBER void rows(const void* w, int rows, int columns, int n, int a, int b, const Act& x, float sum[2][N]) {
        F format(w, rows, columns);
        int blocks = columns / BLOCK;
#ifndef INFERENCE_HOST
#pragma unroll(N == 1 ? 4 : N == 2 ? 2 : 1)
#endif
        for (int block = lane_id(); block < blocks; block += WARP) {
            B raw[2] = {format.load(a, block), format.load(b, block)};
            UNROLL for (int i = 0; i < N; i++) {
                if (N > 1 && i >= n) {
                    continue;
                }
                size_t at = static_cast<size_t>(i) * blocks + block;
                const uint4* from = reinterpret_cast<const uint4*>(x.q8 + at * BLOCK);
                uint4 low = from[0];
                uint4 high = from[1];
                int2 meta = x.meta[at];
                uint32 words[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
                add(raw[0], words, meta, sum[0][i]);
                add(raw[1], words, meta, sum[1][i]);
            }
        }
    }
};

template <int T, int N>
struct FloatDot {
    static DEVICE_MEMBER void rows(const void* w, int, int columns, int n, int a, int b, const Act& x, float sum[2][N]) {
        const int size = T == F32 ? 4 : 8;
        int chunks = columns / size;
        const uint4* first = static_cast<const uint4*>(w) + static_cast<size_t>(a) * chunks;
        const uint4* second = static_cast<const uint4*>(w) + static_cast<size_t>(b) * chunks;
#ifndef INFERENCE_HOST
#pragma unroll(N <= 2 ? 4 : 2)
#endif
        for (int chunk = lane_id(); chunk < chunks; chunk += WARP) {
            float u[8], v[8];
            floats<T>(load_once(first + chunk), u);
            floats<T>(load_once(second + chunk), v);
            UNROLL for (int i = 0; i < N; i++) {
                if (N > 1 && i >= n) {
                    continue;
                }
                const float4* from = reinterpret_cast<const float4*>(x.f + static_cast<size_t>(i) * columns + chunk * size);
                UNROLL for (int part = 0; part < size / 4; part++) {
                    float4 p = from[part];
                    sum[0][i] = fmaf(u[4 * part], p.x, sum[0][i]);
                    sum[1][i] = fmaf(v[4 * part], p.x, sum[1][i]);
                    sum[0][i] = fmaf(u[4 * part + 1], p.y, sum[0][i]);
                    sum[1][i] = fmaf(v[4 * part + 1], p.y, sum[1][i]);
                    sum[0][i] = fmaf(u[4 * part + 2], p.z, sum[0][i]);
                    sum[1][i] = fmaf(v[4 * part + 2], p.z, sum[1][i]);
                    sum[0][i] = fmaf(u[4 * part + 3], p.w, sum[0][i]);
                    sum[1][i] = fmaf(v[4 * part + 3], p.w, sum[1][i]);
                }
            }
        }
    }
};

template <int T, int N, bool FLOATING>
struct Dot : QuantizedDot<T, N> {};
template <int T, int N>
struct Dot<T, N, true> : FloatDot<T, N> {};

// Sums of a pair of rows over a warp.
template <int T, int N>
DEVICE void pair_product(const void* w, int rows, int columns, int n, int a, int b, const Act& x, float sum[2][N]) {
    UNROLL for (int i = 0; i < N; i++) { sum[0][i] = sum[1][i] = 0; }
    Dot<T, N, Traits<T>::FLOATING>::rows(w, rows, columns, n, a, b, x, sum);
    UNROLL for (int i = 0; i < N; i++) {
        sum[0][i] = warp_sum(sum[0][i]);
        sum[1][i] = warp_sum(sum[1][i]);
    }
}

template <int T, int N>
DEVICE void matvec(const void* w, int rows, int columns, int n, const Act& x, float* out, int ldo, int mode, const Act& to) {
    const int warps = MATVEC_THREADS / WARP;
    int lane = lane_id();
    int warp = static_cast<int>(threadIdx.x) / WARP;
    float sum[2][N];
    if (mode != SWIGLU) {
        int tiles = (rows + 2 * warps - 1) / (2 * warps);
        for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
            int a = (tile * warps + warp) * 2;
#ifndef BREAK_ROW_BOUND
            if (a >= rows) {
                break;
            }
#endif
            int b = a + 1 < rows ? a + 1 : a;
            pair_product<T, N>(w, rows, columns, n, a, b, x, sum);
            UNROLL for (int i = 0; i < 2 * N; i++) {
                float value = sum[i % 2][i / 2];
                if (lane == i && i / 2 < n && (i % 2 == 0 || b != a)) {
                    float* at = out + static_cast<size_t>(i / 2) * ldo + a + i % 2;
                    *at = mode == ADD ? *at + value : value;
                }
            }
        }
        return;
    }
    SHARED(float, products, N * BLOCK);
    int width = rows / 2;
    for (int tile = blockIdx.x; tile < width / BLOCK; tile += gridDim.x) {
        for (int step = 0; step < BLOCK / warps; step++) {
            int local = warp * (BLOCK / warps) + step;
            int row = tile * BLOCK + local;
            pair_product<T, N>(w, rows, columns, n, row, row + width, x, sum);
            UNROLL for (int i = 0; i < N; i++) {
                float value = silu(sum[0][i]) * sum[1][i];
                if (lane == i) {
                    products[i * BLOCK + local] = value;
                }
            }
        }
        __syncthreads();
        if (warp < n) {
            write_four(to, warp, tile * BLOCK + lane * 4, width, products + warp * BLOCK + lane % 8 * 4, lane < 8);
        }
        __syncthreads();
    }
}
