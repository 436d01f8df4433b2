// Products for tens to thousands of rows of input, with tensor cores: tiles of 8*NT inputs by 128 matrix rows, 128
// columns at a time, inputs in shared memory and weights in registers.
//
// Four warps with 32 matrix rows each. Weights pass from memory through registers into the tensor cores as in
// small.cuh, loaded 128 columns ahead (F32, F16 and BF16: when they are needed). Inputs are copied asynchronously to
// one of two stages in shared memory, 128 columns ahead, where all warps read them in fragment order. If there are few
// tiles, gridDim.z blocks of threads divide the columns (parts.cuh).
//
// Shapes: W (rows,columns) in planes, x (n,columns) halves in fragment order, out (n,rows); grid (n/(8*NT), rows/128,
// parts), 128 threads, 4*NT KiB of dynamic shared memory; neighbouring blocks have the same weights. Operations
// 2*rows*columns*n; bytes: W once, x once for each 128 matrix rows, from the second-level cache but for the first.
//
// Roofline: the tensor cores from n = 128 on, memory below. For 128 columns a warp of t16 issues 256 matrix
// instructions (H100 about 6.5 cycles of a quarter of a multiprocessor, A100 8, A10 and L4 16), 64 loads of 512 bytes
// from shared memory and about 550 others; two blocks take 3,300 cycles of the tensor cores on an H100 and 2,048 of
// shared memory. ptxas, sm_80 to sm_90: t8 184 to 222 registers, t16 255 with up to 204 bytes spilled (Q8_0); 2
// blocks on a multiprocessor of an A100 or H100, on an A10 or L4 2 of t8 and 1 of t16. Expected share of the tensor
// cores' peak at n = 512: A10 and L4 0.5, A100 0.5, H100 0.35. It has not run on a card.
#pragma once
#include "parts.cuh"

#ifdef TENSOR_CORES

template <int T, int NT>
DEVICE void wide(const void* w, int rows, int columns, int n, const uint16* x, float* out, int ldo, int mode,
    float* partial, int* counters, const Act& to) {
    typedef typename Choose<T, Traits<T>::FLOATING>::Type F;
    typedef typename Choose<T, Traits<T>::FLOATING>::Block B;
    const bool AHEAD = !Traits<T>::FLOATING; // loads the next weights early, which registers allow
    const int fragment = 4 * WARP;           // 16-byte words of 8 inputs by 128 columns
    DYNAMIC_SHARED(uint4, inputs);           // (2,NT,4,WARP)
    F format(w, rows, columns);
    int lane = lane_id();
    int warp = threadIdx.x / WARP;
    int tile = blockIdx.y * 4 + warp; // of 32 matrix rows
    int first = blockIdx.x * 8 * NT;
    int present = (n - first + 7) / 8; // fragments of inputs that exist
    int blocks = columns / BLOCK;
    int groups = (blocks + 3) / 4;
    int share = (groups + gridDim.z - 1) / gridDim.z;
    int begin = blockIdx.z * share;
    int end = begin + share < groups ? begin + share : groups;
    const uint4* from = reinterpret_cast<const uint4*>(x) + static_cast<size_t>(first / 8) * groups * fragment + lane;
    uint32 stages = shared_address(inputs) + lane * 16;
    int row[4];
    UNROLL for (int i = 0; i < 4; i++) { row[i] = small_row(tile, lane / 4 + 8 * i, rows, mode); }

    float sum[2 * NT * 4]; // element c of fragment (16 matrix rows m, 8 inputs t) at (m * NT + t) * 4 + c
    UNROLL for (int i = 0; i < 2 * NT * 4; i++) { sum[i] = 0; }

// A warp copies every fourth fragment of inputs.
#define WIDE_COPY(group, stage) \
    if ((group) < end) { \
        UNROLL for (int i = 0; i < NT; i++) { \
            int t = i / 4 * 4 + warp; \
            bool there = t < present && (group) * 4 + lane % 4 < blocks; \
            copy_async(stages + (((stage) * NT + t) * fragment + i % 4 * WARP) * 16, \
                from + (there ? (static_cast<size_t>(t) * groups + (group)) * fragment + i % 4 * WARP : 0), there); \
        } \
    } \
    copy_commit();

#define WIDE_LOAD(to, group) \
    UNROLL for (int i = 0; i < 4; i++) { \
        int block = (group) * 4 + lane % 4; \
        to[i] = row[i] >= 0 && (group) < end && block < blocks ? format.load(row[i], block) : F::zero(); \
    }

    WIDE_COPY(begin, 0)
    B next[4];
    if (AHEAD) { WIDE_LOAD(next, begin) }
    for (int group = begin; group < end; group++) {
        int stage = (group - begin) % 2;
        copy_wait<0>();
        __syncthreads();
        WIDE_COPY(group + 1, 1 - stage)
        B raw[4];
        if (AHEAD) {
            UNROLL for (int i = 0; i < 4; i++) { raw[i] = next[i]; }
            WIDE_LOAD(next, group + 1)
        } else {
            WIDE_LOAD(raw, group)
        }
        Scales scales[4];
        UNROLL for (int i = 0; i < 4; i++) { scales[i] = F::scales(raw[i]); }
        const uint4* own = inputs + stage * NT * fragment + lane;
        UNROLL for (int j = 0; j < 4; j++) {
            uint32 a[4][4];
            UNROLL for (int i = 0; i < 4; i++) { F::halves(raw[i], scales[i], j, a[i]); }
            UNROLL for (int t = 0; t < NT; t++) {
                uint4 b = own[t * fragment + j * WARP];
                UNROLL for (int m = 0; m < 2; m++) {
                    float* at = sum + (m * NT + t) * 4;
                    mma(at, a[2 * m][0], a[2 * m + 1][0], a[2 * m][1], a[2 * m + 1][1], b.x, b.y);
                    mma(at, a[2 * m][2], a[2 * m + 1][2], a[2 * m][3], a[2 * m + 1][3], b.z, b.w);
                }
            }
        }
    }
    if (!join_parts(sum, static_cast<size_t>(blockIdx.y) * gridDim.x + blockIdx.x, partial, counters)) { return; }

    __syncthreads(); // the inputs have been read
    StagedSums<8 * NT> staged = {reinterpret_cast<float*>(inputs)};
    UNROLL for (int i = 0; i < 2 * NT * 4; i++) {
        int input = i / 4 % NT * 8 + lane % 4 * 2 + i % 2;
        staged.at(warp * SMALL_ROWS + i / (NT * 4) * 16 + lane / 4 + i % 4 / 2 * 8, input) = sum[i];
    }
    staged.write(first, rows, n, out, ldo, mode, to);
}

#endif
