// Products for many rows of input, with tensor cores: tiles of 128 inputs by 128 matrix rows, 64 columns at a time,
// inputs and weights in shared memory.
//
// Four warps. Inputs are copied asynchronously two steps ahead into three stages; weights are loaded to registers a
// step ahead, unpacked to halves between the matrix instructions, and stored in one of two stages (F16: copied like the
// inputs, three stages). The order of columns is free as long as both operands agree: a step takes a half of each of
// four blocks, so that every load is of neighbouring bytes. If there are few tiles, gridDim.z blocks of threads divide
// the columns (parts.cuh).
//
// Shapes: W (rows,columns) in planes, x (n,columns) halves in fragment order, out (n,rows); grid (n/128, rows/128,
// parts), 128 threads; neighbouring blocks have the same weights. Operations 2*rows*columns*n; bytes: W once, x once
// for each 128 matrix rows, from the second-level cache but for the first.
//
// Roofline: with 4.5 bits a weight a tile does 2*128*128 operations for 72 + 256 bytes of a column, so the tensor cores
// bound it from n = 128 on (H100: 990 TFLOP/s of halves, of which mma.sync reaches about 0.6; A100 312, L4 121, A10
// 125), below that memory does. ptxas, sm_80 to sm_90: 254 or 255 registers, up to 28 bytes spilled; shared memory 80
// KiB (F16, BF16 and F32 96): 2 blocks on a multiprocessor of an A100 or H100, 1 on an A10 or L4. Per step of 64
// columns a warp reads 16 KiB of shared memory for 128 matrix instructions, which keeps it just within 128 bytes a
// cycle. Expected share of the tensor cores' peak at n = 512: A10 and L4 0.3, A100 0.4, H100 0.25. Measured on an H100
// within an 8B model of Q4_0, when neighbouring blocks had the same inputs and each added sum waited for the one
// before: prefill 11,300 tokens/s, about 180 TFLOP/s of products; cuBLAS with halves reaches 740. For 128 rows two
// rounds of small_t8 were faster (0.41 ms against 0.50 ms a layer).
#pragma once
#include "parts.cuh"

static const int TILE_INPUTS = 128;
static const int TILE_ROWS = 128;
static const int TILE_COLUMNS = 64;

#ifdef TENSOR_CORES

// 16-byte chunk c of row r of a stage; the exclusive or spreads a column of chunks over the banks.
DEVICE uint32 tile_chunk(uint32 stage, int r, int c) {
    return stage + r * 128 + (c ^ (r & 7)) * 16;
}

static const int TILE_A = 4; // fragments of 16 inputs of a warp
static const int TILE_B = 8; // fragments of 8 matrix rows of a warp
static const int TILE_SUMS = TILE_A * TILE_B * 4;

template <int T>
DEVICE void tile(const void* w, int rows, int columns, int n, const uint16* x, float* out, int ldo, int mode,
    float* partial, int* counters, const Act& to) {
    typedef typename Choose<T, Traits<T>::FLOATING>::Type F;
    typedef typename Choose<T, Traits<T>::FLOATING>::Block Loaded;
    const bool copied = T == F16;            // weights are as they are in memory
    const bool early = !Traits<T>::FLOATING; // weights are loaded before they are needed
    const int W_STAGES = Traits<T>::FLOATING ? 3 : 2;
    const int inputBytes = TILE_INPUTS * TILE_COLUMNS * 2;
    const int weightBytes = TILE_ROWS * TILE_COLUMNS * 2;
    DYNAMIC_SHARED(uint4, shared); // stages of weights, then of inputs
    uint32 weights = shared_address(shared);
    uint32 inputs = weights + W_STAGES * weightBytes;
    F format(w, rows, columns);
    int thread = threadIdx.x;
    int lane = lane_id();
    int warp = thread / WARP;
    int first = blockIdx.x * TILE_INPUTS;
    int blocks = columns / BLOCK;
    int groups = (blocks + 3) / 4; // of 128 columns, in two steps: halves 0..15 and 16..31 of each block
    int share = (groups + gridDim.z - 1) / gridDim.z;
    int begin = blockIdx.z * share;
    int end = begin + share < groups ? begin + share : groups;
    // A thread copies the same chunk of columns for inputs 16 apart; a warp copies 512 neighbouring bytes.
    int input = thread / 64 * 8 + thread / 4 % 8;
    int part = thread / 32 % 2;
    const uint4* from = reinterpret_cast<const uint4*>(x) +
                        (first + input < n ? (static_cast<size_t>((first + input) / 8) * groups * 4 + part) * 32 +
                                                 input % 8 * 4 + thread % 4
                                           : 0);
    uint32 inputTo = inputs + tile_chunk(0, input, thread % 4 * 2 + part);
    // A thread unpacks block lane%4 of a group for rows 8 apart; four lanes load 64 neighbouring bytes.
    int row[4];
    UNROLL for (int i = 0; i < 4; i++) { row[i] = small_row(blockIdx.y * 4 + warp, i * 8 + lane / 4, rows, mode); }
    uint32 weightTo = weights + (warp * 32 + lane / 4) * 128;
    int warpInput = warp / 2 * TILE_A * 16;
    int warpRow = warp % 2 * TILE_B * 8;

    float sum[TILE_SUMS];
    UNROLL for (int i = 0; i < TILE_SUMS; i++) { sum[i] = 0; }
    Loaded raw[4];

#define TILE_COPY(group, half, stage) \
    if ((group) < end) { \
        UNROLL for (int i = 0; i < TILE_INPUTS / 16; i++) { \
            bool present = first + input + 16 * i < n && (group) * 4 + thread % 4 < blocks; \
            copy_async(inputTo + (stage) * inputBytes + i * 2048, \
                from + (present ? i * groups * 256 + (group) * 128 + (half) * 64 : 0), present); \
        } \
        UNROLL for (int i = 0; i < 8 && copied; i++) { \
            int r = small_row(blockIdx.y * 4 + i / 2, i % 2 * 16 + thread / 8, rows, mode); \
            int block = (group) * 4 + thread % 8 / 2; \
            bool present = r >= 0 && block < blocks; \
            size_t at = (static_cast<size_t>(r) * blocks + block) * 4 + (half) * 2 + thread % 2; \
            copy_async(tile_chunk(weights + (stage) * weightBytes, thread / 8, thread % 8) + i * 2048, \
                static_cast<const uint4*>(w) + (present ? at : 0), present); \
        } \
    } \
    copy_commit();

#define TILE_LOAD(group) \
    UNROLL for (int i = 0; i < 4 && early; i++) { \
        int block = (group) * 4 + lane % 4; \
        raw[i] = row[i] >= 0 && (group) < end && block < blocks ? format.load(row[i], block) : F::zero(); \
    }

// The 16 weights of a half of row i of the thread's blocks.
#define TILE_STORE(i, group, half, stage) \
    if (!copied) { \
        if (!early) { \
            int block = (group) * 4 + lane % 4; \
            raw[0] = row[i] >= 0 && (group) < end && block < blocks ? format.load(row[i], block) : F::zero(); \
        } \
        const Loaded& own = raw[early ? (i) : 0]; \
        UNROLL for (int p = 0; p < 2; p++) { \
            uint32 h[4]; \
            F::halves(own, F::scales(own), (half) * 2 + p, h); \
            store_shared(weightTo + (stage) * weightBytes + (i) * 1024 + ((lane % 4 * 2 + p) ^ (lane / 4)) * 16, h); \
        } \
    }

    TILE_COPY(begin, 0, 0)
    TILE_COPY(begin, 1, 1)
    TILE_LOAD(begin)
    UNROLL for (int i = 0; i < 4; i++) { TILE_STORE(i, begin, 0, 0) }
    int stage = 0;
    for (int group = begin; group < end; group++) {
        UNROLL for (int half = 0; half < 2; half++) {
            copy_wait<1>();
            __syncthreads();
            int ahead = stage == 0 ? 2 : stage - 1; // two further, of three
            TILE_COPY(group + 1, half, ahead)
            int following = stage == 2 ? 0 : stage + 1;
            uint32 a_stage = inputs + stage * inputBytes;
            uint32 b_stage = weights + (W_STAGES == 3 ? stage : half) * weightBytes;
            int to_stage = W_STAGES == 3 ? following : 1 - half;
            UNROLL for (int k = 0; k < TILE_COLUMNS / 16; k++) {
                uint32 a[TILE_A][4], b[TILE_B / 2][4];
                UNROLL for (int j = 0; j < TILE_B / 2; j++) {
                    load_matrices(
                        b[j], tile_chunk(b_stage, warpRow + j * 16 + lane / 16 * 8 + lane % 8, k * 2 + lane / 8 % 2));
                }
                UNROLL for (int i = 0; i < TILE_A; i++) {
                    load_matrices(a[i], tile_chunk(a_stage, warpInput + i * 16 + lane % 16, k * 2 + lane / 16));
                }
                UNROLL for (int i = 0; i < TILE_A; i++) {
                    UNROLL for (int j = 0; j < TILE_B; j++) {
                        mma(sum + (i * TILE_B + j) * 4, a[i][0], a[i][1], a[i][2], a[i][3], b[j / 2][j % 2 * 2],
                            b[j / 2][j % 2 * 2 + 1]);
                    }
                }
                TILE_STORE(k, group + half, 1 - half, to_stage)
            }
            if (half == 0) { TILE_LOAD(group + 1) }
            stage = following;
        }
    }
    copy_wait<0>();
    if (!join_parts(sum, static_cast<size_t>(blockIdx.y) * gridDim.x + blockIdx.x, partial, counters)) { return; }
    __syncthreads(); // the stages have been read
    StagedSums<TILE_INPUTS> staged = {reinterpret_cast<float*>(shared)};
    UNROLL for (int i = 0; i < TILE_SUMS; i++) {
        int row = warpRow + i / 4 % TILE_B * 8 + lane % 4 * 2 + i % 2;
        staged.at(row, warpInput + i / (TILE_B * 4) * 16 + lane / 4 + i % 4 / 2 * 8) = sum[i];
    }
    staged.write(first, rows, n, out, ldo, mode, to);
}

#endif
