// The weight types: for each a Format that finds a block of 32 weights in the planes of a matrix, and unpacks it.
//
// A matrix of rows*columns has B = rows*columns/32 blocks and up to four planes, one after the other, each rounded up
// to 256 bytes: Q the low bits, 16 bytes a block (32 for Q8_0), so that a thread loads 16 bytes at once; H the high
// bits; S the scales of a block; D those of 256 weights. F32, F16 and BF16 are one plane, as in the file.
//
// Integers: word j of Q has elements 8j..8j+7; its low nibbles are elements 0,4,1,5 of these, its high nibbles 2,6,3,7.
// A block unpacks to ints v[0..8) of four bytes: v[2j] the low nibbles of word j, v[2j+1] the high ones. Two bytes
// apart in an int are neighbouring elements, which makes pairs of halves.
#pragma once
#include "layout.cuh"

enum Type { F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K };

DEVICE size_t plane(size_t bytes) {
    return (bytes + 255) / 256 * 256;
}

// What differs between the quantised types. OFFSET is subtracted from an unpacked integer; a weight is
// scale * (integer - OFFSET) + minimum.
template <int T>
struct Traits {
    static const bool K = T == Q4_K || T == Q5_K || T == Q6_K;
    static const bool FLOATING = T == F32 || T == F16 || T == BF16;
    static const bool MINIMUM = T == Q4_1 || T == Q5_1 || T == Q4_K || T == Q5_K;
    static const int OFFSET = T == Q4_0 ? 8 : T == Q5_0 ? 16 : T == Q6_K ? 32 : 0;
    static const int Q_BYTES = T == Q8_0 ? 32 : 16;
    static const int H_BYTES = T == Q5_0 || T == Q5_1 || T == Q5_K ? 4 : T == Q6_K ? 8 : 0;
    static const int S_BYTES = T == Q4_1 || T == Q5_1 ? 4 : 2;
    static const int D_BYTES = T == Q6_K ? 2 : K ? 4 : 0;
};

// A block as loaded, before it is unpacked: loads are issued early and used late.
template <int T>
struct Raw {
    uint4 q;
    uint4 q2;     // Q8_0: the last 16
    uint32 h, h2; // high bits
    uint32 s;     // S
    uint32 d;     // D
};

// The scales of a block: of its first and last 16 weights, and the minimum.
struct Scales {
    float first, last, minimum;
};

template <int T>
struct Format {
    typedef Traits<T> Is;
    const uint8* q;
    const uint8* h;
    const uint8* s;
    const uint8* d;
    int blocks; // of a row

    DEVICE_MEMBER Format(const void* w, int rows, int columns) {
        blocks = columns / BLOCK;
        size_t all = static_cast<size_t>(rows) * blocks;
        q = static_cast<const uint8*>(w);
        h = q + plane(all * Is::Q_BYTES);
        s = h + plane(all * Is::H_BYTES);
        d = s + plane(all * Is::S_BYTES);
    }

    DEVICE_MEMBER Raw<T> load(int row, int block) const {
        Raw<T> raw;
        size_t at = static_cast<size_t>(row) * blocks + block;
        if (T == Q8_0) {
            const uint8* part = q + static_cast<size_t>(row) * blocks * 32 + block * 16;
            raw.q = load_once(reinterpret_cast<const uint4*>(part));
            raw.q2 = load_once(reinterpret_cast<const uint4*>(part + blocks * 16));
        } else {
            raw.q = load_once(reinterpret_cast<const uint4*>(q + at * 16));
        }
        if (Is::H_BYTES == 4) {
            raw.h = load_once(reinterpret_cast<const uint32*>(h + at * 4));
        } else if (Is::H_BYTES == 8) {
            uint2 both = load_once(reinterpret_cast<const uint2*>(h + at * 8));
            raw.h = both.x;
            raw.h2 = both.y;
        }
        raw.s = Is::S_BYTES == 4 ? load_once(reinterpret_cast<const uint32*>(s + at * 4))
                                 : load_once(reinterpret_cast<const uint16*>(s + at * 2));
        if (Is::D_BYTES == 4) {
            raw.d = load_once(reinterpret_cast<const uint32*>(d + at / 8 * 4));
        } else if (Is::D_BYTES == 2) {
            raw.d = load_once(reinterpret_cast<const uint16*>(d + at / 8 * 2));
        }
        return raw;
    }

    // A block of weights that are all zero.
    static DEVICE_MEMBER Raw<T> zero() {
        Raw<T> raw = {{0, 0, 0, 0}, {0, 0, 0, 0}, 0, 0, 0, 0};
        return raw;
    }

    static DEVICE_MEMBER Scales scales(const Raw<T>& raw) {
        Scales x;
        if (Is::D_BYTES == 4) {
            x.first = x.last = low_half(raw.d) * static_cast<float>(raw.s & 0xFF);
            x.minimum = -(high_half(raw.d) * static_cast<float>(raw.s >> 8));
        } else if (T == Q6_K) {
            float d = low_half(raw.d);
            x.first = d * static_cast<float>(static_cast<signed char>(raw.s));
            x.last = d * static_cast<float>(static_cast<signed char>(raw.s >> 8));
            x.minimum = 0;
        } else {
            x.first = x.last = low_half(raw.s);
            x.minimum = Is::MINIMUM ? high_half(raw.s) : 0;
        }
        return x;
    }

    // The ints 2j and 2j+1 of a block; OFFSET is not subtracted.
    static DEVICE_MEMBER void unpack(const Raw<T>& raw, int j, uint32& even, uint32& odd) {
        if (T == Q8_0) {
            const uint4& part = j < 2 ? raw.q : raw.q2;
            even = j % 2 ? part.z : part.x;
            odd = j % 2 ? part.w : part.y;
            return;
        }
        uint32 word = j == 0 ? raw.q.x : j == 1 ? raw.q.y : j == 2 ? raw.q.z : raw.q.w;
        even = word & 0x0F0F0F0Fu;
        odd = (word >> 4) & 0x0F0F0F0Fu;
        if (Is::H_BYTES == 4) {
            even |= high(raw.h, 2 * j, 0x10101010u);
            odd |= high(raw.h, 2 * j + 1, 0x10101010u);
        } else if (Is::H_BYTES == 8) {
            uint32 bits = j < 2 ? raw.h : raw.h2;
            even |= high(bits, j % 2 * 4, 0x30303030u);
            odd |= high(bits, j % 2 * 4 + 2, 0x30303030u);
        }
    }

    // Eight weights from element 8j of a block, as pairs of halves in order.
    static DEVICE_MEMBER void halves(const Raw<T>& raw, const Scales& scales, int j, uint32 out[4]) {
        uint32 even, odd;
        unpack(raw, j, even, odd);
        uint32 base = 0x64646464u; // 1024 as a half, whose low bits count ones
        uint32 subtract = pack_halves(1024.0f + Is::OFFSET, 1024.0f + Is::OFFSET);
        if (T == Q8_0) {
            even ^= 0x80808080u;
            odd ^= 0x80808080u;
            subtract = pack_halves(1152.0f, 1152.0f);
        }
        float scale = j < 2 ? scales.first : scales.last;
        uint32 d = pack_halves(scale, scale);
        out[0] = half2_sub(bytes(even, base, 0x4240), subtract);
        out[1] = half2_sub(bytes(odd, base, 0x4240), subtract);
        out[2] = half2_sub(bytes(even, base, 0x4341), subtract);
        out[3] = half2_sub(bytes(odd, base, 0x4341), subtract);
        uint32 m = pack_halves(scales.minimum, scales.minimum);
        UNROLL for (int i = 0; i < 4; i++) { out[i] = Is::MINIMUM ? half2_fma(out[i], d, m) : half2_mul(out[i], d); }
    }

    // Element e of a block, as Dequantizer.java computes it.
    static DEVICE_MEMBER float element(const Raw<T>& raw, const Scales& scales, int e) {
        uint32 even, odd;
        unpack(raw, e / 8, even, odd);
        int at = byte_position(e % 8);
        uint32 byte = (at < 4 ? even >> (8 * at) : odd >> (8 * (at - 4))) & 0xFF;
        float value = T == Q8_0 ? static_cast<float>(static_cast<signed char>(byte)) : static_cast<float>(byte);
        if (T == Q6_K) { return (e < 16 ? scales.first : scales.last) * (value - 32); }
        return scales.first * value + (Is::MINIMUM ? scales.minimum : -Is::OFFSET * scales.first);
    }

private:
    // Moves the bits at position `at` of each byte to where `mask` has its own.
    static DEVICE_MEMBER uint32 high(uint32 bits, int at, uint32 mask) {
        return (at <= 4 ? bits << (4 - at) : bits >> (at - 4)) & mask;
    }
};

// Types without blocks; a "block" is 32 neighbouring weights all the same.
template <int T>
struct FloatRaw {
    uint32 pairs[16]; // F16, BF16 as stored; F32 rounded to halves
};

template <int T>
struct FloatFormat {
    const uint8* w;
    int blocks;

    DEVICE_MEMBER FloatFormat(const void* weights, int, int columns) {
        w = static_cast<const uint8*>(weights);
        blocks = columns / BLOCK;
    }

    DEVICE_MEMBER FloatRaw<T> load(int row, int block) const {
        FloatRaw<T> raw;
        const uint4* from =
            reinterpret_cast<const uint4*>(w + (static_cast<size_t>(row) * blocks + block) * (T == F32 ? 128 : 64));
        UNROLL for (int i = 0; i < 4; i++) {
            if (T == F32) {
                uint4 a = load_once(from + 2 * i);
                uint4 b = load_once(from + 2 * i + 1);
                raw.pairs[4 * i] = pack_halves(as_float(a.x), as_float(a.y));
                raw.pairs[4 * i + 1] = pack_halves(as_float(a.z), as_float(a.w));
                raw.pairs[4 * i + 2] = pack_halves(as_float(b.x), as_float(b.y));
                raw.pairs[4 * i + 3] = pack_halves(as_float(b.z), as_float(b.w));
            } else {
                uint4 a = load_once(from + i);
                raw.pairs[4 * i] = a.x;
                raw.pairs[4 * i + 1] = a.y;
                raw.pairs[4 * i + 2] = a.z;
                raw.pairs[4 * i + 3] = a.w;
            }
        }
        return raw;
    }

    static DEVICE_MEMBER FloatRaw<T> zero() {
        FloatRaw<T> raw;
        UNROLL for (int i = 0; i < 16; i++) { raw.pairs[i] = 0; }
        return raw;
    }

    static DEVICE_MEMBER Scales scales(const FloatRaw<T>&) {
        Scales none = {1, 1, 0};
        return none;
    }

    static DEVICE_MEMBER void halves(const FloatRaw<T>& raw, const Scales&, int j, uint32 out[4]) {
        UNROLL for (int i = 0; i < 4; i++) {
            uint32 pair = raw.pairs[4 * j + i];
            out[i] = T == BF16 ? pack_halves(as_float(pair << 16), as_float(pair & 0xFFFF0000u)) : pair;
        }
    }
};

template <int T, bool FLOATING>
struct Choose {
    typedef Format<T> Type;
    typedef Raw<T> Block;
};
template <int T>
struct Choose<T, true> {
    typedef FloatFormat<T> Type;
    typedef FloatRaw<T> Block;
};

// 16 bytes of weights of a floating type, as floats: 8 of them, or 4 of F32.
template <int T>
DEVICE void floats(const uint4& raw, float out[8]) {
    uint32 words[4] = {raw.x, raw.y, raw.z, raw.w};
    UNROLL for (int i = 0; i < 4; i++) {
        if (T == F32) {
            out[i] = as_float(words[i]);
        } else if (T == F16) {
            out[2 * i] = low_half(words[i]);
            out[2 * i + 1] = high_half(words[i]);
        } else {
            out[2 * i] = as_float(words[i] << 16);
            out[2 * i + 1] = as_float(words[i] & 0xFFFF0000u);
        }
    }
}
