// Row by row work on activations: root-mean-square norm, SwiGLU, and the forms that matrix products read.
#pragma once
#include "layout.cuh"

static const int NORM_THREADS = 512;

// Sum over a block of threads, in a fixed order; `parts` has a float for each warp.
DEVICE float block_sum(float value, float* parts) {
    value = warp_sum(value);
    if (lane_id() == 0) { parts[threadIdx.x / WARP] = value; }
#ifndef BREAK_NORM_BARRIER
    __syncthreads();
#endif
    float sum = 0;
    for (int i = 0; i < static_cast<int>(blockDim.x) / WARP; i++) {
        sum += parts[i];
    }
    return sum;
}

// Row i of the outputs is the norm of row index[i*indexStride] of x (of row i if there is no index): x / sqrt(mean(x^2)
// + epsilon) * weight. One block of threads a row; zeros for a negative index.
//
// Roofline: reads width*4 bytes twice (the second time from the first-level cache), writes 1 to 4 bytes an element. At
// 4,096 columns 16 KiB: the launch is what it costs (1.5 to 2.5 us on every card); it takes 1 of 8 launches of a layer,
// twice.
extern "C" __global__ void __launch_bounds__(NORM_THREADS) rms_norm(const float* x, int ldx, const int* index,
    int indexStride, const float* weight, int width, float epsilon, void* q8, void* meta, void* half, float* f) {
    SHARED(float, parts, NORM_THREADS / WARP);
    Act to = act(q8, meta, half, f);
    int out = blockIdx.x;
    int row = index ? index[static_cast<size_t>(out) * indexStride] : out;
    const float4* from = reinterpret_cast<const float4*>(x + static_cast<size_t>(row < 0 ? 0 : row) * ldx);
    const float4* weights = reinterpret_cast<const float4*>(weight);
    float squares = 0;
    for (int i = threadIdx.x; i < width / 4 && row >= 0; i += blockDim.x) {
        float4 v = from[i];
        squares = fmaf(v.x, v.x, fmaf(v.y, v.y, fmaf(v.z, v.z, fmaf(v.w, v.w, squares))));
    }
    float scale = inverse_root(exact_divide(block_sum(squares, parts), static_cast<float>(width)) + epsilon);
    // Every lane takes part in the last round, with or without an element.
    for (int start = 0; start < width / 4; start += blockDim.x) {
        int i = start + threadIdx.x;
        bool present = i < width / 4;
        float four[4] = {0, 0, 0, 0};
        if (present && row >= 0) {
            float4 v = from[i];
            float4 w = weights[i];
            four[0] = v.x * scale * w.x;
            four[1] = v.y * scale * w.y;
            four[2] = v.z * scale * w.z;
            four[3] = v.w * scale * w.w;
        }
        write_four(to, out, i * 4, width, four, present);
    }
}
ENTRY(rms_norm)

// Rows of floats in the forms that products read.
extern "C" __global__ void __launch_bounds__(256)
    quantize_rows(const float* x, int ldx, int width, void* q8, void* meta, void* half, float* f) {
    int k = (blockIdx.x * blockDim.x + threadIdx.x) * 4;
    float four[4] = {0, 0, 0, 0};
    if (k < width) {
        UNROLL for (int i = 0; i < 4; i++) { four[i] = x[static_cast<size_t>(blockIdx.y) * ldx + k + i]; }
    }
    write_four(act(q8, meta, half, f), blockIdx.y, k, width, four, k < width);
}
ENTRY(quantize_rows)

// silu(gate) * up, for models whose gate and up differ in type.
extern "C" __global__ void __launch_bounds__(256) swiglu(
    const float* gate, int ldg, const float* up, int ldu, int width, void* q8, void* meta, void* half, float* f) {
    int k = (blockIdx.x * blockDim.x + threadIdx.x) * 4;
    float four[4] = {0, 0, 0, 0};
    if (k < width) {
        UNROLL for (int i = 0; i < 4; i++) {
            four[i] = silu(gate[static_cast<size_t>(blockIdx.y) * ldg + k + i]) *
                      up[static_cast<size_t>(blockIdx.y) * ldu + k + i];
        }
    }
    write_four(act(q8, meta, half, f), blockIdx.y, k, width, four, k < width);
}
ENTRY(swiglu)
