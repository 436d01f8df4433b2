// From logits to tokens. All sums that decide a token are sums of integers, so they do not depend on the order in which
// threads add; everything below is the same on every run, in any batch.
#pragma once
#include "norm.cuh"

static const int CHUNKS = 64; // blocks of threads that scan a row of logits
static const int SCAN_THREADS = 256;
static const int SAMPLE_THREADS = 1024;
static const int ATTEMPTS = 24;     // to draw a token that the filters keep
static const int FEW = 256;         // candidates that are sorted
static const int CANDIDATES = 2048; // that fit in shared memory
static const float INFINITE = 3.4028235e38f;

// Logits and ids in one number: order by logit, the lower id is larger among equals.
DEVICE uint64 ordered(float logit, int id) {
    uint32 bits = as_uint(logit == 0 ? 0.0f : logit); // -0 counts as 0
    uint32 key = bits >> 31 ? ~bits : bits | 0x80000000u;
    return (static_cast<uint64>(key) << 24) | static_cast<uint64>(0xFFFFFF - id);
}
DEVICE int ordered_id(uint64 value) {
    return 0xFFFFFF - static_cast<int>(value & 0xFFFFFF);
}
DEVICE float ordered_logit(uint64 value) {
    uint32 key = static_cast<uint32>(value >> 24);
    return as_float(key >> 31 ? key & 0x7FFFFFFFu : ~key);
}

DEVICE uint64 shuffle_xor(uint64 value, int mask) {
    uint32 low = static_cast<uint32>(shuffle_xor(static_cast<int>(static_cast<uint32>(value)), mask));
    uint32 high = static_cast<uint32>(shuffle_xor(static_cast<int>(static_cast<uint32>(value >> 32)), mask));
    return (static_cast<uint64>(high) << 32) | low;
}

DEVICE uint64 shuffle(uint64 value, int lane) {
    uint32 low = static_cast<uint32>(shuffle(static_cast<int>(static_cast<uint32>(value)), lane));
    uint32 high = static_cast<uint32>(shuffle(static_cast<int>(static_cast<uint32>(value >> 32)), lane));
    return (static_cast<uint64>(high) << 32) | low;
}

// The largest value (or the sum) over the block of threads, for all of them; `parts` has one for each warp.
template <bool SUM>
DEVICE uint64 block_reduce(uint64 value, uint64* parts) {
    UNROLL for (int mask = 16; mask > 0; mask >>= 1) {
        uint64 other = shuffle_xor(value, mask);
        value = SUM ? value + other : other > value ? other : value;
    }
    __syncthreads(); // parts may still be read from before
    if (lane_id() == 0) { parts[threadIdx.x / WARP] = value; }
    __syncthreads();
    uint64 result = parts[0];
    for (int i = 1; i < static_cast<int>(blockDim.x) / WARP; i++) {
        result = SUM ? result + parts[i] : parts[i] > result ? parts[i] : result;
    }
    return result;
}

// Statistics of part of a row of logits: stats (m,64,4) has the largest logit, its id, the sum of e^(logit - largest),
// and whether a logit is not a number or infinity.
//
// Roofline: 4 bytes a logit, twice, the second time from the first-level cache; 128,256 logits of one row are 0.5 MB.
extern "C" __global__ void __launch_bounds__(SCAN_THREADS)
    scan_logits(const float* logits, int ld, int vocabulary, const int* outputs, float* stats) {
    SHARED(uint64, parts, SCAN_THREADS / WARP);
    SHARED(float, sums, SCAN_THREADS / WARP);
    int row = blockIdx.y;
    if (outputs[row * OUTPUT_INTS] < 0) { return; }
    int share = (vocabulary + gridDim.x - 1) / gridDim.x;
    int from = blockIdx.x * share;
    int to = from + share < vocabulary ? from + share : vocabulary;
    const float* x = logits + static_cast<size_t>(row) * ld;
    uint64 best = 0;
    uint64 bad = 0;
    UNROLL_8 for (int i = from + threadIdx.x; i < to; i += SCAN_THREADS) {
        float v = x[i];
        if (!(v <= INFINITE)) {
            bad = 1;
        } else {
            uint64 value = ordered(v, i);
            best = value > best ? value : best;
        }
    }
    best = block_reduce<false>(best, parts);
    bad = block_reduce<false>(bad, parts);
    float largest = best ? ordered_logit(best) : -INFINITE;
    float sum = 0;
    UNROLL_8 for (int i = from + threadIdx.x; i < to; i += SCAN_THREADS) {
        float difference = x[i] - largest;
        sum += difference > -80 ? exact_exp(difference) : 0;
    }
    sum = block_sum(sum, sums);
    if (threadIdx.x == 0) {
        float4 result = {
            largest, as_float(best ? static_cast<uint32>(ordered_id(best)) : 0xFFFFFFFFu), sum, bad ? 1.0f : 0.0f};
        reinterpret_cast<float4*>(stats)[static_cast<size_t>(row) * CHUNKS + blockIdx.x] = result;
    }
}
ENTRY(scan_logits)

// Uniform in [0,1) from a seed and a counter.
DEVICE double uniform(uint64 seed, uint32 counter) {
    uint64 z = seed + (static_cast<uint64>(counter) + 1) * 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    z ^= z >> 31;
    return static_cast<double>(z >> 11) * (1.0 / 9007199254740992.0);
}

// What the threads of a row share.
struct Choice {
    const float* logits;
    int vocabulary;
    float* values; // candidates in shared memory
    int* ids;
    int listed;        // number of them, -1 if the candidates are the whole vocabulary
    float best;        // the largest logit
    float factor;      // log2(e) / temperature
    uint64 least;      // candidates below this are out
    uint64* histogram; // (256)
    uint64* state;     // (4)
    uint64* parts;     // (warps)

    DEVICE_MEMBER int size() const { return listed < 0 ? vocabulary : listed; }
    DEVICE_MEMBER uint64 at(int i) const { return listed < 0 ? ordered(logits[i], i) : ordered(values[i], ids[i]); }

    // Probability in relation to the best token's, in units of 2^-44.
    DEVICE_MEMBER uint64 mass(uint64 value) const {
        return static_cast<uint64>(fast_exp2((ordered_logit(value) - best) * factor) * 17592186044416.0f);
    }
    DEVICE_MEMBER uint64 weight(uint64 value, bool byMass) const { return byMass ? mass(value) : 1; }

    DEVICE_MEMBER uint64 total() const {
        uint64 sum = 0;
        for (int i = threadIdx.x; i < size(); i += blockDim.x) {
            uint64 value = at(i);
            sum += value >= least ? mass(value) : 0;
        }
        return block_reduce<true>(sum, parts);
    }

    // The largest value such that the candidates from it upwards reach `goal`, in number or mass, and no value below.
    // Eight bits at a time: the histogram of the next eight bits among values that begin as the result does.
    // With a `lowest` shift above 0 it ends early, with a value that may be lower.
    DEVICE_MEMBER uint64 select(uint64 goal, bool byMass, int lowest = 0) const {
        uint64 prefix = 0;
        for (int shift = 48; shift >= lowest; shift -= 8) {
            __syncthreads();
            for (int i = threadIdx.x; i < 256; i += blockDim.x) {
                histogram[i] = 0;
            }
            __syncthreads();
            for (int i = threadIdx.x; i < size(); i += blockDim.x) {
                uint64 value = at(i);
                if (value >= least && (shift == 48 || value >> (shift + 8) == prefix)) {
                    uint64 add = weight(value, byMass);
                    if (add) { atomic_add(histogram + ((value >> shift) & 255), add); }
                }
            }
            __syncthreads();
            if (threadIdx.x < 16) { // sums of 16 bins, in the first of each 16
                uint64 sum = 0;
                for (int i = 0; i < 16; i++) {
                    sum += histogram[threadIdx.x * 16 + i];
                }
                parts[threadIdx.x] = sum;
            }
            __syncthreads();
            if (threadIdx.x == 0) {
                int bin = 15;
                uint64 left = goal;
                while (bin > 0 && parts[bin] < left) {
                    left -= parts[bin--];
                }
                int last = bin * 16;
                bin = last + 15;
                while (bin > last && histogram[bin] < left) {
                    left -= histogram[bin--];
                }
                state[0] = static_cast<uint64>(bin);
                state[1] = left;
                state[2] = histogram[bin];
            }
            __syncthreads();
            prefix = (prefix << 8) | state[0];
            goal = state[1];
            if (state[2] == goal) {
                return prefix << shift; // the whole bin belongs
            }
        }
        return prefix << lowest;
    }

    // Copies the candidates that are at least `floor` to shared memory if they fit; else only raises the bound.
    DEVICE_MEMBER void gather(uint64 floor, int* counter) {
        least = floor > least ? floor : least;
        __syncthreads();
        if (threadIdx.x == 0) { *counter = 0; }
        __syncthreads();
        UNROLL_8 for (int i = threadIdx.x; i < vocabulary; i += blockDim.x) {
            float logit = logits[i];
            if (ordered(logit, i) >= least) {
                int at = atomic_next(counter);
                if (at < CANDIDATES) {
                    values[at] = logit;
                    ids[at] = i;
                }
            }
        }
        __syncthreads();
        listed = *counter <= CANDIDATES ? *counter : -1;
    }
};

// The thread in whose share of the masses unit `point` (from 1) lies, and the unit's number in the share: state[0],
// state[1].
DEVICE void locate(uint64 mass, uint64 point, uint64* parts, uint64* state) {
    int lane = lane_id();
    int warp = static_cast<int>(threadIdx.x) / WARP;
    uint64 before = mass; // sum of the warp's masses up to this lane
    UNROLL for (int step = 1; step < WARP; step <<= 1) {
        uint64 other = shuffle(before, lane >= step ? lane - step : lane);
        before += lane >= step ? other : 0;
    }
    __syncthreads();
    if (lane == WARP - 1) { parts[warp] = before; }
    __syncthreads();
    for (int i = 0; i < warp; i++) {
        before += parts[i];
    }
    if (before >= point && before - mass < point) {
        state[0] = threadIdx.x;
        state[1] = point - (before - mass);
    }
    __syncthreads();
}

// A bound that at least `count` values reach: the count-th of the threads' own largest. Each thread gives its largest.
DEVICE uint64 bound(const Choice& choice, uint64 mine, int count) {
    Choice own = choice;
    __syncthreads();
    own.ids[threadIdx.x] = ordered_id(mine);
    own.values[threadIdx.x] = mine ? ordered_logit(mine) : -INFINITE;
    own.listed = blockDim.x;
    own.least = 0;
    __syncthreads();
    return own.select(count, false, 32);
}

// A draw from at most FEW listed candidates: they are sorted, the filters are applied in turn, as Sampler.java has
// them.
DEVICE uint64 sorted_draw(const Choice& choice, int topK, float topP, float lowest, double draw) {
    uint64* sorted = choice.histogram;
    uint64* masses = reinterpret_cast<uint64*>(choice.values); // no longer needed once sorted
    int count = choice.listed;
    int thread = threadIdx.x;
    uint64 mine = thread < count ? choice.at(thread) : 0;
    int rank = 0;
    for (int i = 0; i < count; i++) {
        rank += choice.at(i) > mine;
    }
    __syncthreads();
    if (thread < count) {
        sorted[rank] = mine;
        masses[rank] = choice.mass(mine);
    }
    __syncthreads();
    if (thread == 0) {
        count = count < topK ? count : topK;
        uint64 total = 0;
        for (int i = 0; i < count; i++) {
            total += masses[i];
        }
        if (topP < 1) {
            uint64 goal = static_cast<uint64>(static_cast<double>(topP) * static_cast<double>(total));
            uint64 reached = masses[0];
            int kept = 1;
            while (kept < count && reached < goal) {
                reached += masses[kept++];
            }
            count = kept;
        }
        while (count > 1 && ordered_logit(sorted[count - 1]) < lowest) {
            count--;
        }
        total = 0;
        for (int i = 0; i < count; i++) {
            total += masses[i];
        }
        uint64 point = static_cast<uint64>(draw * static_cast<double>(total)) + 1;
        int at = 0;
        for (uint64 reached = masses[0]; at < count - 1 && reached < point; reached += masses[at]) {
            at++;
        }
        choice.state[0] = sorted[at];
    }
    __syncthreads();
    return choice.state[0];
}

// A draw from the tokens that the filters keep, by selecting: exact for every filter. `mine` is the thread's largest
// value.
DEVICE uint64 exact_draw(Choice& choice, uint64 best, uint64 mine, int topK, float topP, float minP, float lowest,
    double draw, int* counter) {
    bool limited = topK > 0 && topK < choice.vocabulary;
    if (limited) {
        bool few = topK <= SAMPLE_THREADS && choice.vocabulary >= SAMPLE_THREADS;
        choice.gather(few ? bound(choice, mine, topK) : 0, counter);
        if (choice.listed >= 0 && choice.listed <= FEW) { return sorted_draw(choice, topK, topP, lowest, draw); }
        choice.least = choice.select(topK, false);
    }
    if (topP < 1) {
        uint64 goal = static_cast<uint64>(static_cast<double>(topP) * static_cast<double>(choice.total()));
        choice.least = choice.select(goal > 0 ? goal : 1, true);
    }
    uint64 byMinimum = minP > 0 ? ordered(lowest, 0xFFFFFF) : 0;
    choice.least = byMinimum > choice.least ? byMinimum : choice.least;
    choice.least = best < choice.least ? best : choice.least; // the best token always stays
    if (!limited) { choice.gather(choice.least, counter); }
    uint64 all = choice.total();
    uint64 point = static_cast<uint64>(draw * static_cast<double>(all)) + 1;
    uint64 exact = choice.select(point < all ? point : all, true);
    // A whole bin may be the answer: the value in it that is the least.
    uint64 least = ~0ull;
    for (int i = threadIdx.x; i < choice.size(); i += blockDim.x) {
        uint64 value = choice.at(i);
        least = value >= exact && value < least && choice.mass(value) > 0 ? value : least;
    }
    return ~block_reduce<false>(~least, choice.parts);
}

// One block of threads a row of outputs: the most probable logprobs if asked for, penalties, then greedy, or
// temperature, top-k, top-p and min-p as Sampler.java has them, and the draw. A draw takes the tokens from the most
// probable one down.
extern "C" __global__ void __launch_bounds__(SAMPLE_THREADS) sample(
    float* logits, int ld, int vocabulary, const int* outputs, int* penalties, const float* stats, int* results) {
    SHARED(float, values, CANDIDATES);
    SHARED(int, ids, CANDIDATES);
    SHARED(uint64, histogram, 256);
    SHARED(uint64, state, 4);
    SHARED(uint64, parts, SAMPLE_THREADS / WARP);
    SHARED(int, counter, 1);
    int row = blockIdx.x;
    const int* options = outputs + row * OUTPUT_INTS;
    int* result = results + row * RESULT_INTS;
    int thread = threadIdx.x;
    if (thread < RESULT_INTS) { result[thread] = thread == 0 ? -1 : 0; }
    __syncthreads();
    if (options[0] < 0) { return; }
    float* x = logits + static_cast<size_t>(row) * ld;
    const float4* own = reinterpret_cast<const float4*>(stats) + static_cast<size_t>(row) * CHUNKS;
    uint64 best = 0; // every warp reads all the statistics
    int bad = 0;
    UNROLL for (int i = 0; i < CHUNKS / WARP; i++) {
        float4 part = own[i * WARP + lane_id()];
        bad |= part.w != 0;
        int id = static_cast<int>(as_uint(part.y));
        uint64 value = id >= 0 ? ordered(part.x, id) : 0;
        best = value > best ? value : best;
    }
    UNROLL for (int mask = 16; mask > 0; mask >>= 1) {
        uint64 other = shuffle_xor(best, mask);
        best = other > best ? other : best;
        bad |= shuffle_xor(bad, mask);
    }
    if (bad || best == 0 || ordered_logit(best) < -INFINITE) {
        if (thread == 0) { result[1] = 1; }
        return;
    }
    float sum = 0;
    UNROLL for (int i = 0; i < CHUNKS / WARP; i++) {
        float4 part = own[i * WARP + lane_id()];
        float difference = part.x - ordered_logit(best);
        sum += difference > -80 ? part.z * exact_exp(difference) : 0;
    }
    float logSum =
        static_cast<float>(static_cast<double>(ordered_logit(best)) + log(static_cast<double>(warp_sum(sum))));

    Choice choice = {x, vocabulary, values, ids, -1, ordered_logit(best), 0, 0, histogram, state, parts};
    int top = options[13] < TOP ? options[13] : TOP;
    top = top < vocabulary ? top : vocabulary;
    if (top > 0) {
        uint64 mine = 0;
        UNROLL_8 for (int i = thread; i < vocabulary; i += SAMPLE_THREADS) {
            uint64 value = ordered(x[i], i);
            mine = value > mine ? value : mine;
        }
        choice.gather(vocabulary >= SAMPLE_THREADS ? bound(choice, mine, top) : 0, counter);
        uint64 previous = ~0ull;
        for (int t = 0; t < top; t++) {
            uint64 next = 0;
            for (int i = thread; i < choice.size(); i += SAMPLE_THREADS) {
                uint64 value = choice.at(i);
                next = value < previous && value > next ? value : next;
            }
            previous = block_reduce<false>(next, parts);
            if (thread == 0) {
                result[4 + t] = ordered_id(previous);
                result[24 + t] = static_cast<int>(as_uint(ordered_logit(previous) - logSum));
            }
        }
        choice.listed = -1;
        choice.least = 0;
    }

    float temperature = as_float(static_cast<uint32>(options[4]));
    int* pairs = penalties + 2 * options[11];
    int penalised = options[12];
    __syncthreads();
    for (int i = thread; i < penalised; i += SAMPLE_THREADS) {
        int token = pairs[2 * i];
        if (token >= 0 && token < vocabulary) {
            float repeat = as_float(static_cast<uint32>(options[8]));
            float logit = x[token];
            float repeated = logit > 0 ? exact_divide(logit, repeat) : logit * repeat;
            x[token] = repeated - as_float(static_cast<uint32>(options[9])) -
                       static_cast<float>(pairs[2 * i + 1]) * as_float(static_cast<uint32>(options[10]));
            pairs[2 * i + 1] = static_cast<int>(as_uint(logit)); // kept for the log probability
        }
    }
    __syncthreads();
    uint64 chosen = best;
    if (temperature > 0 || penalised > 0) {
        uint64 mine = 0;
        UNROLL_8 for (int i = thread; i < vocabulary; i += SAMPLE_THREADS) {
            uint64 value = ordered(x[i], i);
            mine = value > mine ? value : mine;
        }
        uint64 highest = block_reduce<false>(mine, parts);
        chosen = highest;
        if (temperature > 0) {
            int topK = options[5];
            float topP = as_float(static_cast<uint32>(options[6]));
            float minP = as_float(static_cast<uint32>(options[7]));
            choice.best = ordered_logit(highest);
            choice.factor = exact_divide(1.44269504f, temperature);
            bool limited = topK > 0 && topK < vocabulary;
            // The least logit that min-p keeps.
            float lowest =
                minP > 0 ? choice.best + static_cast<float>(log(static_cast<double>(minP))) * temperature : -INFINITE;
            uint64 seed =
                static_cast<uint32>(options[1]) | (static_cast<uint64>(static_cast<uint32>(options[2])) << 32);
            uint32 counter32 = static_cast<uint32>(options[3]);
            chosen = 0;
            if (!limited) {
                // Draws from all tokens until one is in the nucleus and probable enough: the same distribution as a
                // draw from those only. A token is in the nucleus if the more probable ones do not reach topP.
                uint64 masses = 0;
                UNROLL_8 for (int i = thread; i < vocabulary; i += SAMPLE_THREADS) {
                    masses += choice.mass(choice.at(i));
                }
                uint64 all = block_reduce<true>(masses, parts);
                uint64 goal = static_cast<uint64>(static_cast<double>(topP) * static_cast<double>(all));
                goal = goal > 0 ? goal : 1;
                for (int attempt = 0; attempt < ATTEMPTS && chosen == 0; attempt++) {
                    double draw = uniform(seed + static_cast<uint64>(attempt) * 0xD1342543DE82EF95ull, counter32);
                    uint64 point = static_cast<uint64>(draw * static_cast<double>(all)) + 1;
                    locate(masses, point < all ? point : all, parts, state);
                    int owner = static_cast<int>(state[0]);
                    uint64 rest = state[1];
                    int id = owner + thread * SAMPLE_THREADS; // the owner's tokens, one for each thread
                    uint64 part = id < vocabulary ? choice.mass(choice.at(id)) : 0;
                    locate(part, rest, parts, state);
                    uint64 found = choice.at(owner + static_cast<int>(state[0]) * SAMPLE_THREADS);
                    bool accepted = ordered_logit(found) >= lowest;
                    if (topP < 1) {
                        uint64 above = 0;
                        UNROLL_8 for (int i = thread; i < vocabulary; i += SAMPLE_THREADS) {
                            uint64 value = choice.at(i);
                            above += value > found ? choice.mass(value) : 0;
                        }
                        accepted &= block_reduce<true>(above, parts) < goal;
                    }
                    chosen = accepted ? found : 0;
                }
            }
            if (chosen == 0) { // top-k, or a nucleus that is too small for draws
                chosen = exact_draw(choice, highest, mine, topK, topP, minP, lowest, uniform(seed, counter32), counter);
            }
        }
    }
    if (thread == 0) {
        int token = ordered_id(chosen);
        float raw = x[token];
        for (int i = 0; i < penalised; i++) {
            if (pairs[2 * i] == token) { raw = as_float(static_cast<uint32>(pairs[2 * i + 1])); }
        }
        result[0] = token;
        result[2] = static_cast<int>(as_uint(raw - logSum));
        result[3] = top > 0 ? top : 0;
    }
}
ENTRY(sample)
