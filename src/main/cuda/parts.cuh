// What becomes of the sums of a block of threads with N inputs and 128 matrix rows, four tiles of small_row: they are
// added up if gridDim.z blocks have different columns, and written by way of shared memory.
#pragma once
#include "small.cuh"

static const int TILED_THREADS = 128;

// Stores sums, or adds them to what is there. place(i) is where sum i belongs, or null. What is there is loaded for up to
// 16 sums at once, because a load waits for the stores before it.
template <int COUNT, class Place>
DEVICE void put_all(float (&sum)[COUNT], const Place& place, int mode) {
    UNROLL for (int first = 0; first < COUNT; first += 16) {
        UNROLL for (int i = first; i < first + 16 && i < COUNT && mode == ADD; i++) {
            const float* at = place(i);
            if (at) { sum[i] += *at; }
        }
        UNROLL for (int i = first; i < first + 16 && i < COUNT; i++) {
            float* at = place(i);
            if (at) { *at = sum[i]; }
        }
    }
}

// Adds the parts of a tile's sums, COUNT of each thread: the last block to finish adds all of them in order and gets
// true, so that the result does not depend on which one that is. `index` is the tile's number among those of a launch;
// `partial` has room for the parts of all tiles, `counters` is zero before and after.
template <int COUNT>
DEVICE bool join_parts(float (&sum)[COUNT], size_t index, float* partial, int* counters) {
    if (gridDim.z == 1) { return true; }
    SHARED(int, last, 1);
    int thread = threadIdx.x;
    size_t threads = blockDim.x;
    float* parts = partial + index * gridDim.z * COUNT * threads + thread;
    float* mine = parts + blockIdx.z * COUNT * threads;
    UNROLL for (int i = 0; i < COUNT; i++) { mine[i * threads] = sum[i]; }
    __threadfence();
    __syncthreads();
    if (thread == 0) {
        last[0] = atomic_next(counters + index) == static_cast<int>(gridDim.z) - 1;
        if (last[0]) { counters[index] = 0; }
    }
    __syncthreads();
    if (!last[0]) { return false; }
    __threadfence();
    UNROLL for (int i = 0; i < COUNT; i++) { sum[i] = parts[i * threads]; }
    for (int z = 1; z < static_cast<int>(gridDim.z); z++) {
        parts += COUNT * threads;
        UNROLL for (int i = 0; i < COUNT; i++) { sum[i] += parts[i * threads]; }
    }
    return true;
}

// The sums in shared memory, 512*N bytes of it.
template <int N>
struct StagedSums {
    float* sums; // tile, input, matrix row; the exclusive or spreads those that a warp puts here over the banks

    DEVICE_MEMBER float& at(int row, int input) const {
        return sums[(row / SMALL_ROWS * N + input) * SMALL_ROWS + (row % SMALL_ROWS ^ (input / 2 % 4 * 8))];
    }

    // Each warp writes a tile: 32 matrix rows for an input at once, or 16 outputs of SwiGLU for two.
    DEVICE_MEMBER void write(int first, int rows, int n, float* out, int ldo, int mode, const Act& to) const {
        __syncthreads();
        int lane = lane_id();
        int own = threadIdx.x / WARP * SMALL_ROWS;
        int tile = blockIdx.y * 4 + threadIdx.x / WARP;
        if (mode == SWIGLU) {
            int width = rows / 2;
            int row = tile * 16 + lane % 16;
            for (int i = lane / 16; i < N && first + i < n && row < width; i += 2) {
                put_gated(at(own + lane % 16, i), at(own + lane % 16 + 16, i), row, first + i, width, to);
            }
            return;
        }
        int row = tile * SMALL_ROWS + lane;
        for (int start = 0; start < N; start += 8) {
            float sum[8];
            UNROLL for (int i = 0; i < 8; i++) { sum[i] = at(own + lane, start + i); }
            auto place = [&](int i) {
                int input = first + start + i;
                return row < rows && input < n ? out + static_cast<size_t>(input) * ldo + row : nullptr;
            };
            put_all(sum, place, mode);
        }
    }
};
