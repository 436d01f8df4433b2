// Memory layouts that several kernels share: the inputs of matrix products, and the pages of keys and values.
#pragma once
#include "device.cuh"

static const int BLOCK = 32;       // elements that share a scale
static const int PAGE = 16;        // positions in a page of the cache
static const int SPLIT = 128;      // positions of a split of decode attention
static const int OUTPUT_INTS = 16; // of a row of the table of outputs
static const int RESULT_INTS = 48; // of a row of the table of results
static const int TOP = 20;         // most probable tokens that a result can list

// Position of element e of a group of 8 among the group's bytes, so that dot products of bytes and pairs of halves both
// come from the same words without a shuffle: the order is 0,4,1,5,2,6,3,7.
DEVICE int byte_position(int e) {
    return (e & 3) * 2 + (e >> 2);
}

// Index of (row,k) in halves in fragment order; a thread of a matrix fragment finds its 8 halves in 16 bytes.
DEVICE size_t half_index(int row, int k, int columns) {
    int groups = (columns + 127) / 128;
    return ((((static_cast<size_t>(row / 8) * groups + k / 128) * 4 + k % 32 / 8) * 32 + row % 8 * 4 + k / 32 % 4) *
               8) +
           k % 8;
}

// The inputs of a product, in the forms that kernels read; null if no kernel reads that form.
struct Act {
    uint8* q8;    // (n,columns) 8-bit integers, groups of 8 in byte_position order
    int2* meta;   // (n,columns/32) scale, and the sums of both 16 integers
    uint16* half; // (n,columns) in fragment order
    float* f;     // (n,columns)
};

DEVICE Act act(void* q8, void* meta, void* half, float* f) {
    Act a = {static_cast<uint8*>(q8), static_cast<int2*>(meta), static_cast<uint16*>(half), f};
    return a;
}

DEVICE uint16 saturated_half(float value) {
    bool finite = fabsf(value) < as_float(0x7F800000u);
    return float_to_half(finite && value > 65504.0f ? 65504.0f : finite && value < -65504.0f ? -65504.0f : value);
}

// A warp writes elements k..k+3 of row `row` for each lane; 8 neighbouring lanes have the elements of one block of 32,
// and all or none of the 8 are present. Every lane of the warp calls it. Rounding as Rounding.java.
DEVICE void write_four(const Act& a, int row, int k, int columns, const float v[4], bool present) {
    size_t at = static_cast<size_t>(row) * columns + k;
    if (a.f && present) {
        float4 all = {v[0], v[1], v[2], v[3]};
        *reinterpret_cast<float4*>(a.f + at) = all;
    }
    if (a.half && present) {
        uint2 pairs = {saturated_half(v[0]) | (static_cast<uint32>(saturated_half(v[1])) << 16),
            saturated_half(v[2]) | (static_cast<uint32>(saturated_half(v[3])) << 16)};
        *reinterpret_cast<uint2*>(a.half + half_index(row, k, columns)) = pairs;
    }
    if (!a.q8) { return; }
    int bits = 0; // of the largest absolute value; one that is not a number counts as larger than infinity
    UNROLL for (int i = 0; i < 4; i++) {
        int magnitude = static_cast<int>(as_uint(v[i]) & 0x7FFFFFFFu);
        bits = magnitude > bits ? magnitude : bits;
    }
    UNROLL for (int mask = 4; mask > 0; mask >>= 1) {
        int other = shuffle_xor(bits, mask);
        bits = other > bits ? other : bits;
    }
    float largest = as_float(static_cast<uint32>(bits));
    bool finite = bits < 0x7F800000;
    bool something = finite && largest > 1e-30f;
    float inverse = something ? exact_divide(127, largest) : 0;
    uint32 packed = 0;
    int sum = 0;
    UNROLL for (int i = 0; i < 4; i++) {
        int q = something ? static_cast<int>(round_even(v[i] * inverse)) : 0;
        packed |= static_cast<uint32>(q & 0xFF) << (8 * i);
        sum += q;
    }
    // Two lanes have a group of 8: the even one stores bytes 0,4,1,5 of it, the odd one 2,6,3,7.
    uint32 other = static_cast<uint32>(shuffle_xor(static_cast<int>(packed), 1));
    uint32 mixed = lane_id() % 2 ? bytes(packed, other, 0x3726) : bytes(packed, other, 0x5140);
    sum += shuffle_xor(sum, 1);
    sum += shuffle_xor(sum, 2);
    int last = shuffle_xor(sum, 4);
    if (present) {
        *reinterpret_cast<uint32*>(a.q8 + at) = mixed;
        if (lane_id() % 8 == 0) {
            // A value that is not finite makes the scale not a number, and so every product with the block.
            float scale = !finite ? as_float(0x7FC00000u) : something ? exact_divide(largest, 127) : 0;
            int2 m = {
                static_cast<int>(as_uint(scale)), static_cast<int>((sum & 0xFFFF) | (static_cast<uint32>(last) << 16))};
            a.meta[at / BLOCK] = m;
        }
    }
}

// Halves before the keys of a page's head in a layer; its values follow PAGE * headSize further.
DEVICE size_t key_offset(int page, int layer, int layers, int head, int heads, int headSize) {
    return ((static_cast<size_t>(page) * layers + layer) * heads + head) * 2 * PAGE * headSize;
}
