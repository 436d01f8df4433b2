// Between the product with query, key and value matrices and attention: biases, norms of heads, rotation, storing.
#pragma once
#include "layout.cuh"

static const int ROPE_WARPS = 4;
static const int MAX_HEAD = 256;

// How heads are prepared: biases and norms are null if a model has none; cos and sin are (context,half); a pair of a
// head is (2i,2i+1) if neighbouring, else (i,i+half).
struct Rotation {
    const float* bias;
    const float* qNorm;
    const float* kNorm;
    float epsilon;
    const float* cos;
    const float* sin;
    int half;
    int neighbouring;
};

// A warp prepares one head of a row of queries, keys and values, whose floats start at `from`: bias, norm and rotation
// (none of these for values but the bias). The result is in x (headSize), in shared memory, for this warp.
DEVICE void prepare_head(
    const Rotation& r, const float* from, int head, int heads, int kvHeads, int headSize, int position, float* x) {
    int lane = lane_id();
    float squares = 0;
    for (int d = lane; d < headSize; d += WARP) {
        float v = from[d] + (r.bias ? r.bias[head * headSize + d] : 0);
        x[d] = v;
        squares = fmaf(v, v, squares);
    }
    bool value = head >= heads + kvHeads;
    const float* norm = value ? 0 : head >= heads ? r.kNorm : r.qNorm;
    if (norm) {
        float scale = inverse_root(exact_divide(warp_sum(squares), static_cast<float>(headSize)) + r.epsilon);
        for (int d = lane; d < headSize; d += WARP) {
            x[d] = x[d] * scale * norm[d];
        }
    }
    __syncwarp();
    for (int i = lane; i < r.half && !value; i += WARP) {
        int a = r.neighbouring ? 2 * i : i;
        int b = r.neighbouring ? 2 * i + 1 : i + r.half;
        float c = r.cos[static_cast<size_t>(position) * r.half + i];
        float s = r.sin[static_cast<size_t>(position) * r.half + i];
        float real = x[a];
        float imaginary = x[b];
        x[a] = real * c - imaginary * s;
        x[b] = real * s + imaginary * c;
    }
    __syncwarp();
}

// A warp stores a prepared key or value as halves at its position in the pages.
DEVICE void store_head(const float* x, uint16* kv, const int* table, int position, int layer, int layers, int kvHead,
    int kvHeads, int headSize, bool value) {
    uint16* to = kv + key_offset(table[position / PAGE], layer, layers, kvHead, kvHeads, headSize) +
                 ((value ? PAGE : 0) + position % PAGE) * headSize;
    for (int d = lane_id(); d < headSize; d += WARP) {
        to[d] = saturated_half(x[d]);
    }
}

// A warp a head. Row i of qkv has heads of q, then of k, then of v. q is rotated in place; k and v go to the pages.
extern "C" __global__ void __launch_bounds__(ROPE_WARPS * 32)
    rope_store(float* qkv, int ld, const float* bias, const float* qNorm, const float* kNorm, float epsilon,
        const float* cos, const float* sin, int half, int neighbouring, const int* rows, const int* pages, uint16* kv,
        int layer, int layers, int heads, int kvHeads, int headSize) {
    SHARED(float, values, ROPE_WARPS* MAX_HEAD);
    int warp = threadIdx.x / WARP;
    int head = blockIdx.x * ROPE_WARPS + warp;
    int row = blockIdx.y;
    int position = rows[row * 4 + 1];
    if (position < 0 || head >= heads + 2 * kvHeads) { return; }
    Rotation rotation = {bias, qNorm, kNorm, epsilon, cos, sin, half, neighbouring};
    float* x = values + warp * MAX_HEAD;
    float* from = qkv + static_cast<size_t>(row) * ld + head * headSize;
    prepare_head(rotation, from, head, heads, kvHeads, headSize, position, x);
    if (head < heads) {
        for (int d = lane_id(); d < headSize; d += WARP) {
            from[d] = x[d];
        }
        return;
    }
    store_head(x, kv, pages + rows[row * 4 + 2], position, layer, layers, (head - heads) % kvHeads, kvHeads, headSize,
        head >= heads + kvHeads);
}
ENTRY(rope_store)
