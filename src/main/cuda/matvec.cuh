// Matrix-vector products for 1 to 8 rows of input: 8-bit integer dot products for the quantised types, floats for
// others.
//
// A warp multiplies R matrix rows by all inputs; a lane takes every 32nd block, so a warp's loads are 512 neighbouring
// bytes. The sums of the lanes meet in a fixed tree: a row's result does not depend on the other rows of input.
//
// Shapes: W (rows,columns) in planes, x (n,columns) as 8-bit blocks (1.25 bytes an element) or floats, out (n,rows).
// Grid: any number of blocks of 256 threads; 16 rows a block and round (SwiGLU: 32 outputs). Bytes: those of W once
// (Q4_0 0.5625 a weight, Q8_0 1.0625, F16 2), x again for each block from the caches. Operations: 2 a weight and input,
// about 16 instructions for 16 bytes of weights and one input, a quarter of what issues at full bandwidth.
//
// Roofline: memory. By Little's law a multiprocessor needs bandwidth * 0.7 us / multiprocessors bytes in flight:
//   A10 600 GB/s 5.8 KB, L4 300 GB/s 3.6 KB, A100 2,039 GB/s 13 KB, H100 3,350 GB/s 18 KB.
// ptxas: n1 uses 96 (F16) to 128 registers on sm_80 to sm_90, so 2 blocks a multiprocessor; 2 rows * 4 blocks * 16
// bytes * 512 threads = 64 KiB in flight (n2, n4: 32 KiB and 16 KiB at 62 to 105 registers). Shared memory: 128 bytes.
// Fixed cost of a launch about 2.5 us. Expected share of bandwidth, 4096x4096 Q4_0 (9.4 MB) and 28672x4096 (66 MB): A10
// 0.80 and 0.85, L4 0.80 and 0.85, A100 0.60 and 0.80, H100 0.50 and 0.80. Measured on an H100 80GB HBM3, n1: Q4_0
// 1,680 and 2,620 GB/s, Q8_0 2,140 and 2,770, F16 2,930 at the larger; a copy there reaches 2,430 (read plus written).
// Tried there without gain: 3 or 4 blocks a multiprocessor, 1, 2 or 8 blocks of weights at a time, 4 rows a warp.
#pragma once
#include "formats.cuh"

enum Mode { STORE, ADD, SWIGLU };

static const int MATVEC_THREADS = 256;

// Rows of a warp, and blocks whose loads are issued together, for one input; measured, see the notes of matvec below.
#ifndef MATVEC_ROWS
#define MATVEC_ROWS 2
#endif
#ifndef MATVEC_UNROLL
#define MATVEC_UNROLL 4
#endif
#ifndef MATVEC_BLOCKS
#define MATVEC_BLOCKS 2 // of threads on a multiprocessor, at least
#endif

template <int T, int N, int R>
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

    // R rows of the matrix with all inputs.
    static DEVICE_MEMBER void rows(
        const void* w, int rows, int columns, int n, const int row[R], const Act& x, float sum[R][N]) {
        F format(w, rows, columns);
        int blocks = columns / BLOCK;
#ifndef INFERENCE_HOST
#pragma unroll(N == 1 ? MATVEC_UNROLL : N == 2 ? 2 : 1)
#endif
        for (int block = lane_id(); block < blocks; block += WARP) {
            B raw[R];
            UNROLL for (int r = 0; r < R; r++) { raw[r] = format.load(row[r], block); }
            UNROLL for (int i = 0; i < N; i++) {
                if (N > 1 && i >= n) { continue; }
                size_t at = static_cast<size_t>(i) * blocks + block;
                const uint4* from = reinterpret_cast<const uint4*>(x.q8 + at * BLOCK);
                uint4 low = from[0];
                uint4 high = from[1];
                int2 meta = x.meta[at];
                uint32 words[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
                UNROLL for (int r = 0; r < R; r++) { add(raw[r], words, meta, sum[r][i]); }
            }
        }
    }
};

template <int T, int N, int R>
struct FloatDot {
    static DEVICE_MEMBER void rows(
        const void* w, int, int columns, int n, const int row[R], const Act& x, float sum[R][N]) {
        const int size = T == F32 ? 4 : 8;
        int chunks = columns / size;
        const uint4* from[R];
        UNROLL for (int r = 0; r < R; r++) {
            from[r] = static_cast<const uint4*>(w) + static_cast<size_t>(row[r]) * chunks;
        }
#ifndef INFERENCE_HOST
#pragma unroll(N <= 2 ? 4 : 2)
#endif
        for (int chunk = lane_id(); chunk < chunks; chunk += WARP) {
            float u[R][8];
            UNROLL for (int r = 0; r < R; r++) { floats<T>(load_once(from[r] + chunk), u[r]); }
            UNROLL for (int i = 0; i < N; i++) {
                if (N > 1 && i >= n) { continue; }
                const float4* inputs =
                    reinterpret_cast<const float4*>(x.f + static_cast<size_t>(i) * columns + chunk * size);
                UNROLL for (int part = 0; part < size / 4; part++) {
                    float4 p = inputs[part];
                    UNROLL for (int r = 0; r < R; r++) {
                        sum[r][i] = fmaf(u[r][4 * part], p.x, sum[r][i]);
                        sum[r][i] = fmaf(u[r][4 * part + 1], p.y, sum[r][i]);
                        sum[r][i] = fmaf(u[r][4 * part + 2], p.z, sum[r][i]);
                        sum[r][i] = fmaf(u[r][4 * part + 3], p.w, sum[r][i]);
                    }
                }
            }
        }
    }
};

template <int T, int N, int R, bool FLOATING>
struct Dot : QuantizedDot<T, N, R> {};
template <int T, int N, int R>
struct Dot<T, N, R, true> : FloatDot<T, N, R> {};

// Sums of R rows over a warp.
template <int T, int N, int R>
DEVICE void product(const void* w, int rows, int columns, int n, const int row[R], const Act& x, float sum[R][N]) {
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int i = 0; i < N; i++) { sum[r][i] = 0; }
    }
    Dot<T, N, R, Traits<T>::FLOATING>::rows(w, rows, columns, n, row, x, sum);
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int i = 0; i < N; i++) { sum[r][i] = warp_sum(sum[r][i]); }
    }
}

template <int T, int N, int R>
DEVICE void matvec(
    const void* w, int rows, int columns, int n, const Act& x, float* out, int ldo, int mode, const Act& to) {
    const int warps = MATVEC_THREADS / WARP;
    int lane = lane_id();
    int warp = static_cast<int>(threadIdx.x) / WARP;
    float sum[R][N];
    int row[R];
    if (mode != SWIGLU) {
        int tiles = (rows + R * warps - 1) / (R * warps);
        for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
            int first = (tile * warps + warp) * R;
#ifndef BREAK_ROW_BOUND
            if (first >= rows) { break; }
            UNROLL for (int r = 0; r < R; r++) { row[r] = first + r < rows ? first + r : rows - 1; }
#else
            UNROLL for (int r = 0; r < R; r++) { row[r] = first + r; }
#endif
            product<T, N, R>(w, rows, columns, n, row, x, sum);
            UNROLL for (int i = 0; i < R * N; i++) {
                float value = sum[i % R][i / R];
                if (lane == i && i / R < n && row[i % R] == first + i % R) {
                    float* at = out + static_cast<size_t>(i / R) * ldo + row[i % R];
                    *at = mode == ADD ? *at + value : value;
                }
            }
        }
        return;
    }
    SHARED(float, products, N* BLOCK);
    int width = rows / 2;
    for (int tile = blockIdx.x; tile < width / BLOCK; tile += gridDim.x) {
        for (int step = 0; step < BLOCK / warps; step += R / 2) {
            int local = warp * (BLOCK / warps) + step;
            UNROLL for (int r = 0; r < R / 2; r++) {
                row[2 * r] = tile * BLOCK + local + r;
                row[2 * r + 1] = row[2 * r] + width;
            }
            product<T, N, R>(w, rows, columns, n, row, x, sum);
            UNROLL for (int i = 0; i < N * (R / 2); i++) {
                float value = silu(sum[i % (R / 2) * 2][i / (R / 2)]) * sum[i % (R / 2) * 2 + 1][i / (R / 2)];
                if (lane == i) { products[i / (R / 2) * BLOCK + local + i % (R / 2)] = value; }
            }
        }
        __syncthreads();
        if (warp < n) {
            write_four(to, warp, tile * BLOCK + lane * 4, width, products + warp * BLOCK + lane % 8 * 4, lane < 8);
        }
        __syncthreads();
    }
}

static const int NORM_COLUMNS = 8192; // at most, for a norm in the same launch

// One input that is the norm of a row of x: every block of threads makes it for itself in shared memory, which saves a
// launch; the row and the weights of the norm come from the second-level cache.
template <int T, int R>
DEVICE void norm_matvec(const void* w, int rows, int columns, const float* x, int row, const float* weight,
    float epsilon, float* out, int ldo, int mode, const Act& to) {
    const bool floating = Traits<T>::FLOATING;
    SHARED(float4, input, NORM_COLUMNS / (floating ? 4 : 16));
    SHARED(int2, metas, floating ? 1 : NORM_COLUMNS / BLOCK);
    SHARED(float, parts, MATVEC_THREADS / WARP);
    const int most = NORM_COLUMNS / 4 / MATVEC_THREADS;
    const float4* from = reinterpret_cast<const float4*>(x);
    const float4* scales = reinterpret_cast<const float4*>(weight);
    float4 v[most];
    float squares = 0;
    UNROLL for (int i = 0; i < most; i++) {
        int at = i * MATVEC_THREADS + static_cast<int>(threadIdx.x);
        float4 none = {0, 0, 0, 0};
        v[i] = row >= 0 && at < columns / 4 ? from[at] : none;
        squares = fmaf(v[i].x, v[i].x, fmaf(v[i].y, v[i].y, fmaf(v[i].z, v[i].z, fmaf(v[i].w, v[i].w, squares))));
    }
    squares = warp_sum(squares);
    if (lane_id() == 0) { parts[threadIdx.x / WARP] = squares; }
    __syncthreads();
    float sum = 0;
    UNROLL for (int i = 0; i < MATVEC_THREADS / WARP; i++) { sum += parts[i]; }
    float scale = inverse_root(exact_divide(sum, static_cast<float>(columns)) + epsilon);
    Act own = floating ? act(0, 0, 0, reinterpret_cast<float*>(input)) : act(input, metas, 0, 0);
    UNROLL for (int i = 0; i < most; i++) {
        int at = i * MATVEC_THREADS + static_cast<int>(threadIdx.x);
        if (i * MATVEC_THREADS * 4 >= columns) { // the same for the whole block
            break;
        }
        bool present = at < columns / 4;
        float4 none = {0, 0, 0, 0};
        float4 s = present ? scales[at] : none;
        float four[4] = {v[i].x * scale * s.x, v[i].y * scale * s.y, v[i].z * scale * s.z, v[i].w * scale * s.w};
        write_four(own, 0, at * 4, columns, four, present);
    }
    __syncthreads();
    matvec<T, 1, R>(w, rows, columns, 1, own, out, ldo, mode, to);
}
