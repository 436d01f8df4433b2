// Attention over the pages of keys and values.
//
// Decode: a block of threads takes one row, one key-value head with up to four of its query heads, and splits of 128
// positions; each of its 8 warps takes one page of 16 positions, with all loads of the page issued at once. Splits
// start at fixed positions of the sequence, and the last block to finish a row adds them in order: the result depends
// on the sequence alone. Prefill: tiles of 64 queries of one head, with the tensor cores and an online softmax.
//
// Decode: shapes q (n,heads*headSize) floats, pages as layout.cuh says, grid (kvHeads*ceil(heads/kvHeads/4), n, any).
// Bytes: length * kvHeads * headSize * 4 a row; operations 4 * length * heads * headSize. Roofline: memory. A warp has
// a page's keys (then values) in flight: 4 KiB at 128 dimensions. ptxas, sm_80 to sm_90: d64 116 to 122, d128 128
// registers (2 blocks a multiprocessor, 64 KiB in flight), d256 254 (1 block); shared memory 10, 20, 40 KiB. Expected
// share of bandwidth at 32 rows of 1,024: A10, L4, A100 0.8, H100 0.6. Measured on an H100, 32/8 heads of 128: 2,040
// GB/s; 2,340 at 128 rows; 1 row of 512: 9 us, latency.
//
// Prefill: operations 4 * rows * length * heads * headSize, half of it if the slice is the whole sequence. Roofline:
// the tensor cores; keys and values come from the second-level cache once for each 64 queries. ptxas: d64 139, d128 202
// registers, 18 and 34 KiB of shared memory: 3 and 2 blocks of 128 threads. Measured on an H100: 109 TFLOP/s at 4,096
// positions, 50 at 512.
#pragma once
#include "rotary.cuh"

static const int DECODE_THREADS = 256;
static const int DECODE_WARPS = DECODE_THREADS / 32;
static const int GROUP = 4; // query heads of a block of threads
static const int MERGE = 8; // splits that are added in a round
static const float LOG2E = 1.44269504088896341f;

DEVICE void eight_floats(const uint4& words, float out[8]) {
    out[0] = low_half(words.x);
    out[1] = high_half(words.x);
    out[2] = low_half(words.y);
    out[3] = high_half(words.y);
    out[4] = low_half(words.z);
    out[5] = high_half(words.z);
    out[6] = low_half(words.w);
    out[7] = high_half(words.w);
}

// Lane groups of D/8 lanes take a position each, every lane 8 dimensions. If FUSED the row of q, k and v is as the
// matrices left it: the queries are prepared here, and the blocks that take the last split store the row's key and
// value first.
template <int D, bool FUSED>
DEVICE void attention_decode(const float* q, int ld, const Rotation& rotation, const int* rows, const int* pages,
    uint16* kv, int layer, int layers, int heads, int kvHeads, int headSize, float* partial, int* counters,
    int maxSplits, const Act& to) {
    const int lanes = D / 8;          // of a position
    const int at_once = WARP / lanes; // positions of a warp at a time
    const int steps = PAGE / at_once;
    const float lowest = -3.0e38f;
    SHARED(float, sums, DECODE_WARPS* GROUP* D);
    SHARED(float, most, DECODE_WARPS* GROUP);
    SHARED(float, totals, DECODE_WARPS* GROUP);
    SHARED(float, result, GROUP* D);
    SHARED(float, queries, GROUP* D);
    SHARED(int, last, 1);
    int thread = threadIdx.x;
    int warp = thread / WARP;
    int lane = lane_id();
    int row = blockIdx.y;
    int perKv = heads / kvHeads;
    int groups = (perKv + GROUP - 1) / GROUP;
    int kvHead = blockIdx.x / groups;
    int firstHead = kvHead * perKv + blockIdx.x % groups * GROUP;
    int count = perKv - static_cast<int>(blockIdx.x) % groups * GROUP;
    count = count < GROUP ? count : GROUP;
    int length = rows[row * 4 + 1] + 1;
    const int* table = pages + rows[row * 4 + 2];
    int splits = (length + SPLIT - 1) / SPLIT;
    int width = heads * headSize;

    int d = lane % lanes * 8;
    float scale = LOG2E * inverse_root(static_cast<float>(headSize));
    const float* mine = q + static_cast<size_t>(row) * ld;
    if (!FUSED) {
        for (int i = thread; i < GROUP * D; i += DECODE_THREADS) {
            bool present = i / D < count && i % D < headSize && length > 0;
            queries[i] = present ? mine[(firstHead + i / D) * headSize + i % D] * scale : 0;
        }
    } else if (length > 0) {
        if (warp < GROUP) {
            float* x = queries + warp * D;
            if (warp < count) {
                prepare_head(rotation, mine + (firstHead + warp) * headSize, firstHead + warp, heads, kvHeads, headSize,
                    length - 1, x);
            }
            for (int e = lane; e < D; e += WARP) {
                x[e] = warp < count && e < headSize ? x[e] * scale : 0;
            }
        } else if (warp < GROUP + 2 && static_cast<int>(blockIdx.z) < splits &&
                   (splits - 1 - blockIdx.z) % gridDim.z == 0) {
            bool value = warp > GROUP;
            int head = heads + (value ? kvHeads : 0) + kvHead;
            float* x = sums + warp * D;
            prepare_head(rotation, mine + head * headSize, head, heads, kvHeads, headSize, length - 1, x);
            store_head(x, kv, table, length - 1, layer, layers, kvHead, kvHeads, headSize, value);
        }
    }
    __syncthreads();
    for (int split = blockIdx.z; split < splits; split += gridDim.z) {
        int start = split * SPLIT + warp * PAGE;
        float score[GROUP][steps];
        float highest[GROUP], total[GROUP];
        float sum[GROUP][8];
        UNROLL for (int h = 0; h < GROUP; h++) {
            highest[h] = lowest;
            total[h] = 0;
            UNROLL for (int i = 0; i < 8; i++) { sum[h][i] = 0; }
        }
#ifdef BREAK_POSITION_BOUND
        bool inside = true;
        int end = split * SPLIT + SPLIT;
#else
        bool inside = start < length;
        int end = length;
#endif
        if (inside) {
            const uint16* keys = kv + key_offset(table[start / PAGE], layer, layers, kvHead, kvHeads, headSize);
            const uint16* values = keys + PAGE * headSize;
            uint4 loaded[steps];
            UNROLL for (int s = 0; s < steps; s++) {
                int slot = s * at_once + lane / lanes;
                uint4 none = {0, 0, 0, 0};
                loaded[s] = d < headSize && start + slot < end
                                ? *reinterpret_cast<const uint4*>(keys + slot * headSize + d)
                                : none;
            }
            UNROLL for (int h = 0; h < GROUP; h++) {
                const float4* query = reinterpret_cast<const float4*>(queries + h * D + d);
                float4 a = query[0];
                float4 b = query[1];
                UNROLL for (int s = 0; s < steps; s++) {
                    float k[8];
                    eight_floats(loaded[s], k);
                    float dot = fmaf(a.x, k[0], fmaf(a.y, k[1], fmaf(a.z, k[2], a.w * k[3])));
                    score[h][s] = fmaf(b.x, k[4], fmaf(b.y, k[5], fmaf(b.z, k[6], fmaf(b.w, k[7], dot))));
                }
            }
            UNROLL for (int s = 0; s < steps; s++) {
                int slot = s * at_once + lane / lanes;
                uint4 none = {0, 0, 0, 0};
                loaded[s] = d < headSize && start + slot < end
                                ? *reinterpret_cast<const uint4*>(values + slot * headSize + d)
                                : none;
            }
            UNROLL for (int h = 0; h < GROUP; h++) {
                UNROLL for (int s = 0; s < steps; s++) {
                    UNROLL for (int mask = lanes / 2; mask > 0; mask >>= 1) {
                        score[h][s] += shuffle_xor(score[h][s], mask);
                    }
                    bool visible = start + s * at_once + lane / lanes < end;
                    score[h][s] = visible ? score[h][s] : lowest;
                    // not (a < b), so that a score that is not a number is not lost
                    highest[h] = score[h][s] < highest[h] ? highest[h] : score[h][s];
                }
                UNROLL for (int mask = lanes; mask < WARP; mask <<= 1) {
                    float other = shuffle_xor(highest[h], mask);
                    highest[h] = other < highest[h] ? highest[h] : other;
                }
                UNROLL for (int s = 0; s < steps; s++) {
                    bool visible = start + s * at_once + lane / lanes < end;
                    score[h][s] = visible ? fast_exp2(score[h][s] - highest[h]) : 0;
                    total[h] += score[h][s];
                }
            }
            UNROLL for (int s = 0; s < steps; s++) {
                float v[8];
                eight_floats(loaded[s], v);
                UNROLL for (int h = 0; h < GROUP; h++) {
                    UNROLL for (int i = 0; i < 8; i++) { sum[h][i] = fmaf(score[h][s], v[i], sum[h][i]); }
                }
            }
        }
        UNROLL for (int h = 0; h < GROUP; h++) {
            UNROLL for (int mask = lanes; mask < WARP; mask <<= 1) {
                total[h] += shuffle_xor(total[h], mask);
                UNROLL for (int i = 0; i < 8; i++) { sum[h][i] += shuffle_xor(sum[h][i], mask); }
            }
            if (lane < lanes) {
                UNROLL for (int i = 0; i < 8; i++) { sums[(warp * GROUP + h) * D + d + i] = sum[h][i]; }
            }
            if (lane == 0) {
                most[warp * GROUP + h] = highest[h];
                totals[warp * GROUP + h] = total[h];
            }
        }
        __syncthreads();
        for (int i = thread; i < count * headSize; i += DECODE_THREADS) {
            int h = i / headSize;
            int e = i % headSize;
            float top = lowest;
            for (int w = 0; w < DECODE_WARPS; w++) {
                float other = most[w * GROUP + h];
                top = other < top ? top : other;
            }
            float all = 0;
            float weight = 0;
            for (int w = 0; w < DECODE_WARPS; w++) {
                float factor = fast_exp2(most[w * GROUP + h] - top);
                weight = fmaf(totals[w * GROUP + h], factor, weight);
                all = fmaf(sums[(w * GROUP + h) * D + e], factor, all);
            }
            if (splits == 1) {
                result[h * D + e] = exact_divide(all, weight);
            } else {
                float* to_split =
                    partial + ((static_cast<size_t>(row) * heads + firstHead + h) * maxSplits + split) * (headSize + 2);
                to_split[e] = all;
                if (e == 0) {
                    to_split[headSize] = top;
                    to_split[headSize + 1] = weight;
                }
            }
        }
        __syncthreads();
    }
    if (length <= 0) {
        if (blockIdx.z > 0) { return; }
        for (int i = thread; i < GROUP * D; i += DECODE_THREADS) {
            result[i] = 0;
        }
    } else if (splits == 1) {
        if (blockIdx.z > 0) { return; }
    } else {
        if (static_cast<int>(blockIdx.z) >= splits) { return; }
        __threadfence();
        __syncthreads();
        if (thread == 0) {
            int* counter = counters + row * gridDim.x + blockIdx.x;
            int blocks = splits < static_cast<int>(gridDim.z) ? splits : static_cast<int>(gridDim.z);
            last[0] = atomic_next(counter) == blocks - 1;
            if (last[0]) { *counter = 0; }
        }
        __syncthreads();
        if (!last[0]) { return; }
        __threadfence();
        // Splits in rounds of MERGE, whose loads are issued together.
        const float* from = partial + (static_cast<size_t>(row) * heads + firstHead) * maxSplits * (headSize + 2);
        for (int i = thread; i < count * headSize; i += DECODE_THREADS) {
            const float* part = from + static_cast<size_t>(i / headSize) * maxSplits * (headSize + 2);
            float all = 0;
            float weight = 0;
            float top = lowest;
            for (int base = 0; base < splits; base += MERGE) {
                float score[MERGE], sum[MERGE], own[MERGE];
                UNROLL for (int s = 0; s < MERGE; s++) {
                    bool present = base + s < splits;
                    const float* one = part + static_cast<size_t>(present ? base + s : base) * (headSize + 2);
                    score[s] = present ? one[headSize] : lowest;
                    sum[s] = present ? one[headSize + 1] : 0;
                    own[s] = present ? one[i % headSize] : 0;
                }
                float higher = top;
                UNROLL for (int s = 0; s < MERGE; s++) { higher = score[s] < higher ? higher : score[s]; }
                float factor = fast_exp2(top - higher);
                all *= factor;
                weight *= factor;
                top = higher;
                UNROLL for (int s = 0; s < MERGE; s++) {
                    float share = base + s < splits ? fast_exp2(score[s] - higher) : 0;
                    weight = fmaf(sum[s], share, weight);
                    all = fmaf(own[s], share, all);
                }
            }
            result[i / headSize * D + i % headSize] = exact_divide(all, weight);
        }
    }
    __syncthreads();
    for (int start = 0; start < count * headSize / 4; start += DECODE_THREADS) {
        int i = (start + thread) * 4;
        bool present = i < count * headSize;
        float four[4] = {0, 0, 0, 0};
        if (present) {
            UNROLL for (int e = 0; e < 4; e++) { four[e] = result[i / headSize * D + i % headSize + e]; }
        }
        write_four(to, row, firstHead * headSize + i, width, four, present);
    }
}

static const int QUERIES = 64; // of a tile of prefill
static const int PREFILL_THREADS = 128;

#ifdef TENSOR_CORES

// A warp takes 16 queries. Keys and values of a tile of positions are in shared memory, a row of D halves padded by 16
// bytes, which spreads the rows over the banks.
template <int D>
DEVICE void attention_prefill(const float* q, int ld, const int* tiles, const int* pages, const uint16* kv, int layer,
    int layers, int heads, int kvHeads, int headSize, const Act& to) {
    const int positions = D <= 128 ? 64 : 16;
    const int stride = D / 8 + 1; // 16-byte chunks
    SHARED(uint4, tileKeys, positions * stride);
    SHARED(uint4, tileValues, positions * stride);
    uint32 keys = shared_address(tileKeys);
    uint32 values = shared_address(tileValues);
    int thread = threadIdx.x;
    int lane = lane_id();
    int warp = thread / WARP;
    const int* tile = tiles + blockIdx.y * 4;
    int firstRow = tile[0];
    int count = tile[1];
    int position = tile[2];
    const int* table = pages + tile[3];
    int head = blockIdx.x;
    int kvHead = head / (heads / kvHeads);
    int length = position + count;
    int width = heads * headSize;
    int query = warp * 16 + lane / 4; // and 8 further

    uint32 a[D / 16][4];
    float scale = LOG2E * inverse_root(static_cast<float>(headSize));
    UNROLL for (int k = 0; k < D / 16; k++) {
        UNROLL for (int i = 0; i < 4; i++) {
            int r = query + i % 2 * 8;
            int d = k * 16 + i / 2 * 8 + lane % 4 * 2;
            float low = 0;
            float high = 0;
            if (r < count && d < headSize) {
                const float* from = q + static_cast<size_t>(firstRow + r) * ld + head * headSize + d;
                low = from[0] * scale;
                high = from[1] * scale;
            }
            a[k][i] = pack_halves(low, high);
        }
    }
    float sum[D / 8][4];
    UNROLL for (int j = 0; j < D / 8; j++) {
        UNROLL for (int c = 0; c < 4; c++) { sum[j][c] = 0; }
    }
    float highest[2] = {-3.0e38f, -3.0e38f};
    float total[2] = {0, 0};
    for (int start = 0; start < length; start += positions) {
        for (int part = 0; part < 2; part++) { // keys, then values
            for (int i = thread; i < positions * (D / 8); i += PREFILL_THREADS) {
                int p = i / (D / 8);
                int chunk = i % (D / 8);
                bool present = start + p < length && chunk * 8 < headSize;
                const uint16* from = kv;
                if (present) {
                    from += key_offset(table[(start + p) / PAGE], layer, layers, kvHead, kvHeads, headSize) +
                            (part * PAGE + (start + p) % PAGE) * headSize + chunk * 8;
                }
                copy_async((part ? values : keys) + (p * stride + chunk) * 16, from, present);
            }
            copy_commit();
        }
        copy_wait<1>();
        __syncthreads();
        float score[positions / 8][4];
        UNROLL for (int j = 0; j < positions / 8; j++) {
            UNROLL for (int c = 0; c < 4; c++) { score[j][c] = 0; }
        }
        UNROLL for (int k = 0; k < D / 16; k++) {
            UNROLL for (int j = 0; j < positions / 16; j++) {
                uint32 b[4];
                load_matrices(b, keys + ((j * 16 + lane / 16 * 8 + lane % 8) * stride + k * 2 + lane / 8 % 2) * 16);
                mma(score[2 * j], a[k][0], a[k][1], a[k][2], a[k][3], b[0], b[1]);
                mma(score[2 * j + 1], a[k][0], a[k][1], a[k][2], a[k][3], b[2], b[3]);
            }
        }
        float top[2] = {highest[0], highest[1]};
        UNROLL for (int j = 0; j < positions / 8; j++) {
            UNROLL for (int c = 0; c < 4; c++) {
                int p = start + j * 8 + lane % 4 * 2 + c % 2;
                if (p > position + query + c / 2 * 8 || p >= length) { score[j][c] = -3.0e38f; }
                top[c / 2] = score[j][c] < top[c / 2] ? top[c / 2] : score[j][c];
            }
        }
        UNROLL for (int i = 0; i < 2; i++) {
            UNROLL for (int mask = 1; mask < 4; mask <<= 1) {
                float other = shuffle_xor(top[i], mask);
                top[i] = other < top[i] ? top[i] : other;
            }
            float factor = fast_exp2(highest[i] - top[i]);
            highest[i] = top[i];
            total[i] *= factor;
            UNROLL for (int j = 0; j < D / 8; j++) {
                sum[j][2 * i] *= factor;
                sum[j][2 * i + 1] *= factor;
            }
        }
        UNROLL for (int j = 0; j < positions / 8; j++) {
            UNROLL for (int c = 0; c < 4; c++) {
                score[j][c] = fast_exp2(score[j][c] - highest[c / 2]);
                total[c / 2] += score[j][c];
            }
        }
        copy_wait<0>();
        __syncthreads();
        UNROLL for (int k = 0; k < positions / 16; k++) {
            uint32 p0 = pack_halves(score[2 * k][0], score[2 * k][1]);
            uint32 p1 = pack_halves(score[2 * k][2], score[2 * k][3]);
            uint32 p2 = pack_halves(score[2 * k + 1][0], score[2 * k + 1][1]);
            uint32 p3 = pack_halves(score[2 * k + 1][2], score[2 * k + 1][3]);
            UNROLL for (int j = 0; j < D / 16; j++) {
                uint32 b[4];
                load_matrices_transposed(b, values + ((k * 16 + lane % 16) * stride + j * 2 + lane / 16) * 16);
                mma(sum[2 * j], p0, p1, p2, p3, b[0], b[1]);
                mma(sum[2 * j + 1], p0, p1, p2, p3, b[2], b[3]);
            }
        }
        __syncthreads();
    }
    UNROLL for (int i = 0; i < 2; i++) {
        UNROLL for (int mask = 1; mask < 4; mask <<= 1) { total[i] += shuffle_xor(total[i], mask); }
        int r = query + i * 8;
        if (r >= count) { continue; }
        float share = exact_divide(1, total[i]);
        UNROLL for (int j = 0; j < D / 8; j++) {
            int d = j * 8 + lane % 4 * 2;
            if (d >= headSize) { continue; }
            float low = sum[j][2 * i] * share;
            float high = sum[j][2 * i + 1] * share;
            int k = head * headSize + d;
            if (to.half) {
                *reinterpret_cast<uint32*>(to.half + half_index(firstRow + r, k, width)) = pack_halves(low, high);
            }
            if (to.f) {
                float2 both = {low, high};
                *reinterpret_cast<float2*>(to.f + static_cast<size_t>(firstRow + r) * width + k) = both;
            }
        }
    }
}

#else

// Without tensor cores: a warp takes its 16 queries one after the other, a lane a position, then a lane dimensions.
template <int D>
DEVICE void attention_prefill(const float* q, int ld, const int* tiles, const int* pages, const uint16* kv, int layer,
    int layers, int heads, int kvHeads, int headSize, const Act& to) {
    SHARED(float, queries, PREFILL_THREADS / WARP * D);
    SHARED(float, shares, PREFILL_THREADS);
    int lane = lane_id();
    int warp = static_cast<int>(threadIdx.x) / WARP;
    const int* tile = tiles + blockIdx.y * 4;
    const int* table = pages + tile[3];
    int head = blockIdx.x;
    int kvHead = head / (heads / kvHeads);
    int width = heads * headSize;
    float* query = queries + warp * D;
    float* share = shares + warp * WARP;
    float scale = LOG2E * inverse_root(static_cast<float>(headSize));
    for (int r = warp * 16; r < warp * 16 + 16 && r < tile[1]; r++) {
        int row = tile[0] + r;
        int length = tile[2] + r + 1;
        for (int d = lane; d < headSize; d += WARP) {
            query[d] = q[static_cast<size_t>(row) * ld + head * headSize + d] * scale;
        }
        __syncwarp();
        float sum[D / WARP];
        UNROLL for (int i = 0; i < D / WARP; i++) { sum[i] = 0; }
        float highest = -3.0e38f;
        float total = 0;
        for (int start = 0; start < length; start += WARP) {
            int p = start + lane;
            float score = -3.0e38f;
            if (p < length) {
                const uint16* key =
                    kv + key_offset(table[p / PAGE], layer, layers, kvHead, kvHeads, headSize) + p % PAGE * headSize;
                score = 0;
                for (int d = 0; d < headSize; d++) {
                    score = fmaf(query[d], half_to_float(key[d]), score);
                }
            }
            float top = score;
            UNROLL for (int mask = 16; mask > 0; mask >>= 1) {
                float other = shuffle_xor(top, mask);
                top = other < top ? top : other;
            }
            top = top < highest ? highest : top;
            float factor = fast_exp2(highest - top);
            highest = top;
            float weight = p < length ? fast_exp2(score - highest) : 0;
            share[lane] = weight;
            total = fmaf(total, factor, warp_sum(weight));
            __syncwarp();
            UNROLL for (int i = 0; i < D / WARP; i++) { sum[i] *= factor; }
            for (int t = 0; t < WARP && start + t < length; t++) {
                const uint16* value = kv +
                                      key_offset(table[(start + t) / PAGE], layer, layers, kvHead, kvHeads, headSize) +
                                      (PAGE + (start + t) % PAGE) * headSize;
                UNROLL for (int i = 0; i < D / WARP; i++) {
                    if (lane + i * WARP < headSize) {
                        sum[i] = fmaf(share[t], half_to_float(value[lane + i * WARP]), sum[i]);
                    }
                }
            }
            __syncwarp();
        }
        UNROLL for (int i = 0; i < D / WARP; i++) {
            int d = lane + i * WARP;
            if (d < headSize) {
                float value = exact_divide(sum[i], total);
                if (to.half) { to.half[half_index(row, head * headSize + d, width)] = saturated_half(value); }
                if (to.f) { to.f[static_cast<size_t>(row) * width + head * headSize + d] = value; }
            }
        }
    }
}
#endif

#define ATTENTION(D) \
    extern "C" __global__ void __launch_bounds__(DECODE_THREADS, D <= 128 ? 2 : 1) \
        attention_decode_d##D(const float* q, int ld, const int* rows, const int* pages, uint16* kv, int layer, \
            int layers, int heads, int kvHeads, int headSize, float* partial, int* counters, int maxSplits, \
            void* toQ8, void* toMeta, void* toHalf, float* toF) { \
        Rotation none = {0, 0, 0, 0, 0, 0, 0, 0}; \
        attention_decode<D, false>(q, ld, none, rows, pages, kv, layer, layers, heads, kvHeads, headSize, partial, \
            counters, maxSplits, act(toQ8, toMeta, toHalf, toF)); \
    } \
    ENTRY(attention_decode_d##D) \
    extern "C" __global__ void __launch_bounds__(DECODE_THREADS, D <= 128 ? 2 : 1) \
        attention_step_d##D(const float* q, int ld, const float* bias, const float* qNorm, const float* kNorm, \
            float epsilon, const float* cos, const float* sin, int half, int neighbouring, const int* rows, \
            const int* pages, uint16* kv, int layer, int layers, int heads, int kvHeads, int headSize, float* partial, \
            int* counters, int maxSplits, void* toQ8, void* toMeta, void* toHalf, float* toF) { \
        Rotation rotation = {bias, qNorm, kNorm, epsilon, cos, sin, half, neighbouring}; \
        attention_decode<D, true>(q, ld, rotation, rows, pages, kv, layer, layers, heads, kvHeads, headSize, partial, \
            counters, maxSplits, act(toQ8, toMeta, toHalf, toF)); \
    } \
    ENTRY(attention_step_d##D) \
    extern "C" __global__ void __launch_bounds__(PREFILL_THREADS) attention_prefill_d##D(const float* q, int ld, \
        const int* tiles, const int* pages, const uint16* kv, int layer, int layers, int heads, int kvHeads, \
        int headSize, void* toQ8, void* toMeta, void* toHalf, float* toF) { \
        attention_prefill<D>( \
            q, ld, tiles, pages, kv, layer, layers, heads, kvHeads, headSize, act(toQ8, toMeta, toHalf, toF)); \
    } \
    ENTRY(attention_prefill_d##D)
ATTENTION(32)
ATTENTION(64)
ATTENTION(128)
ATTENTION(256)
