// Between the product with query, key and value matrices and attention: biases, norms of heads, rotation, storing.
#pragma once
#include "layout.cuh"

static const int ROPE_WARPS = 4;
static const int MAX_HEAD = 256;

// A warp a head. Row i of qkv has heads of q, then of k, then of v. q is rotated in place; k and v go to the pages as
// halves. cos and sin are (context,half); a pair is (2i,2i+1) if neighbouring, else (i,i+half).
extern "C" __global__ void __launch_bounds__(ROPE_WARPS * 32) rope_store(float* qkv, int ld, const float* bias,
    const float* qNorm, const float* kNorm, float epsilon, const float* cos, const float* sin, int half, int neighbouring,
    const int* rows, const int* pages, uint16* kv, int layer, int layers, int heads, int kvHeads, int headSize) {
    SHARED(float, values, ROPE_WARPS * MAX_HEAD);
    int warp = threadIdx.x / WARP;
    int lane = lane_id();
    int head = blockIdx.x * ROPE_WARPS + warp;
    int row = blockIdx.y;
    int position = rows[row * 4 + 1];
    if (position < 0 || head >= heads + 2 * kvHeads) {
        return;
    }
    float* x = values + warp * MAX_HEAD;
    float* from = qkv + static_cast<size_t>(row) * ld + head * headSize;
    float squares = 0;
    for (int d = lane; d < headSize; d += WARP) {
        float v = from[d] + (bias ? bias[head * headSize + d] : 0);
        x[d] = v;
        squares = fmaf(v, v, squares);
    }
    bool key = head >= heads && head < heads + kvHeads;
    bool value = head >= heads + kvHeads;
    const float* norm = value ? 0 : key ? kNorm : qNorm;
    if (norm) {
        float scale = inverse_root(exact_divide(warp_sum(squares), static_cast<float>(headSize)) + epsilon);
        for (int d = lane; d < headSize; d += WARP) {
            x[d] = x[d] * scale * norm[d];
        }
    }
    __syncwarp();
    if (!value) {
        for (int i = lane; i < half; i += WARP) {
            int a = neighbouring ? 2 * i : i;
            int b = neighbouring ? 2 * i + 1 : i + half;
            float c = cos[static_cast<size_t>(position) * half + i];
            float s = sin[static_cast<size_t>(position) * half + i];
            float real = x[a];
            float imaginary = x[b];
            x[a] = real * c - imaginary * s;
            x[b] = real * s + imaginary * c;
        }
        __syncwarp();
    }
    if (head < heads) {
        for (int d = lane; d < headSize; d += WARP) {
            from[d] = x[d];
        }
        return;
    }
    int page = pages[rows[row * 4 + 2] + position / PAGE];
    int kvHead = (head - heads) % kvHeads;
    uint16* to = kv + key_offset(page, layer, layers, kvHead, kvHeads, headSize) + (value ? PAGE * headSize : 0)
        + position % PAGE * headSize;
    for (int d = lane; d < headSize; d += WARP) {
        to[d] = saturated_half(x[d]);
    }
}
ENTRY(rope_store)
