"""Checks the CUDA kernels against references in float64, and times them.

    python3 kernels.py [--ptx FOLDER] [--out FOLDER] [--seconds N] [--check-only] [--host LIBRARY]

Needs CuPy and numpy, and torch for the comparison with cuBLAS; nothing of the service. The folder has the PTX that
build.sh makes (<module>.<arch>.ptx, or .ptx.gz). --host runs the same checks on kernels compiled for the host.
Outputs are poisoned before every launch. The error of a result is |out - ref| / |ref| over all of it; NaN never passes.
"""

import argparse
import ctypes
import gzip
import json
import pathlib
import sys
import time

import numpy as np

TYPES = ["q4_0", "q8_0", "q4_k", "q6_k", "f16", "q4_1", "q5_0", "q5_1", "q5_k", "bf16", "f32"]
# bytes of the planes of a block of 32, and of 256 weights
PLANES = {
    "q4_0": (16, 0, 2, 0),
    "q4_1": (16, 0, 4, 0),
    "q5_0": (16, 4, 2, 0),
    "q5_1": (16, 4, 4, 0),
    "q8_0": (32, 0, 2, 0),
    "q4_k": (16, 0, 2, 4),
    "q5_k": (16, 4, 2, 4),
    "q6_k": (16, 8, 2, 2)
}
BLOCK_BYTES = {"q4_0": 18, "q4_1": 20, "q5_0": 22, "q5_1": 24, "q8_0": 34, "q4_k": 144, "q5_k": 176, "q6_k": 210}
FLOATS = {"f16": 2, "bf16": 2, "f32": 4}
STORE, ADD, SWIGLU = 0, 1, 2
I32, F32 = np.int32, np.float32
rng = np.random.default_rng(7)


def ceil(a, b):
    return -(-a // b)


def planes(kind, rows, columns):
    """Bytes of each plane of a matrix, rounded up to 256."""
    if kind in FLOATS:
        return [ceil(rows * columns * FLOATS[kind], 256) * 256]
    blocks = rows * columns // 32
    q, h, s, d = PLANES[kind]
    return [ceil(n, 256) * 256 for n in (blocks * q, blocks * h, blocks * s, blocks // 8 * d)]


# ---- where kernels run ----


class Gpu:
    """CuPy; PTX through the driver, as the service loads it."""

    def __init__(self, folder):
        import cupy
        self.cp = cupy
        self.folder = pathlib.Path(folder)
        properties = cupy.cuda.runtime.getDeviceProperties(0)
        self.name = properties["name"].decode()
        self.processors = properties["multiProcessorCount"]
        self.arch = "compute_80" if properties["major"] >= 8 else "compute_70"
        self.modules = {}
        self.functions = {}
        self.big = True

    def module(self, name):
        if name not in self.modules:
            path = self.folder / f"{name}.{self.arch}.ptx"
            if not path.exists():
                path = pathlib.Path("/tmp") / path.name
                path.write_bytes(gzip.decompress((self.folder / (path.name + ".gz")).read_bytes()))
            started = time.time()
            self.modules[name] = self.cp.RawModule(path=str(path))
            print(f"# {name}: loaded in {time.time() - started:.1f} s", flush=True)
        return self.modules[name]

    def function(self, module, entry):
        if (module, entry) not in self.functions:
            function = self.module(module).get_function(entry)
            if shared_bytes(entry):
                function.max_dynamic_shared_size_bytes = shared_bytes(entry)
            self.functions[module, entry] = function
        return self.functions[module, entry]

    def launch(self, module, entry, grid, block, *args):
        grid = tuple(grid) + (1, ) * (3 - len(grid))
        shared = shared_bytes(entry)
        values = [
            np.uint64(0) if a is None else np.uint64(a.data.ptr) if hasattr(a, "data") and hasattr(a, "get") else a
            for a in args
        ]
        self.function(module, entry)(grid, (block, 1, 1), tuple(values), shared_mem=shared)

    def put(self, array):
        return self.cp.asarray(np.ascontiguousarray(array).reshape(-1).view(np.uint8))

    def poison(self, nbytes):
        return self.cp.full(ceil(nbytes, 256) * 256, 0xFF, dtype=np.uint8)

    def get(self, buffer, dtype, shape):
        count = int(np.prod(shape))
        return buffer.view(np.uint8)[:count * np.dtype(dtype).itemsize].get().view(dtype).reshape(shape)


class Host:
    """A library of kernels compiled for the host with one function, launch."""

    def __init__(self, library):
        self.library = ctypes.CDLL(library)
        self.name = "host"
        self.big = False

    def launch(self, module, entry, grid, block, *args):
        grid = tuple(grid) + (1, ) * (3 - len(grid))
        cells = []
        for a in args:
            if a is None:
                cells.append(ctypes.c_uint64(0))
            elif isinstance(a, np.ndarray):
                cells.append(ctypes.c_uint64(a.ctypes.data))
            elif isinstance(a, F32):
                cells.append(ctypes.c_float(a))
            else:
                cells.append(ctypes.c_int32(a))
        pointers = (ctypes.c_void_p * len(cells))(*[ctypes.addressof(c) for c in cells])
        shared = shared_bytes(entry)
        if self.library.launch(entry.encode(), *grid, block, shared, pointers, len(cells)) != 0:
            raise SystemExit(f"cannot launch {entry}")

    def poison(self, nbytes):
        raw = np.full(ceil(nbytes, 256) * 256 + 256, 0xFF, dtype=np.uint8)
        start = -raw.ctypes.data % 256
        return raw[start:start + ceil(nbytes, 256) * 256]

    def put(self, array):
        array = np.ascontiguousarray(array)
        buffer = self.poison(array.nbytes)
        buffer[:array.nbytes] = array.reshape(-1).view(np.uint8)
        return buffer

    def get(self, buffer, dtype, shape):
        count = int(np.prod(shape))
        return buffer[:count * np.dtype(dtype).itemsize].view(dtype).reshape(shape).copy()


# ---- references ----


def half(raw):
    return np.ascontiguousarray(raw).view(np.float16)[..., 0].astype(F32)


def random_raw(kind, rows, columns, scale=0.02):
    """Random weights as GGUF bytes (rows, bytes)."""
    if kind in FLOATS:
        values = rng.standard_normal((rows, columns)).astype(F32) * F32(scale)
        if kind == "f16":
            return values.astype(np.float16).view(np.uint8).reshape(rows, -1)
        if kind == "bf16":
            return (values.view(np.uint32) >> 16).astype(np.uint16).view(np.uint8).reshape(rows, -1)
        return values.view(np.uint8).reshape(rows, -1)
    size = 256 if kind.endswith("_k") else 32
    blocks = rng.integers(0, 256, (rows, columns // size, BLOCK_BYTES[kind]), dtype=np.uint8)

    def put(at, factor):
        values = (rng.uniform(0.5, 1.5, blocks.shape[:2]) * factor).astype(np.float16)
        blocks[..., at:at + 2] = values.view(np.uint8).reshape(*blocks.shape[:2], 2)

    step = {"q4_0": 8, "q4_1": 8, "q5_0": 16, "q5_1": 16, "q8_0": 127, "q4_k": 250, "q5_k": 500, "q6_k": 2000}[kind]
    put(208 if kind == "q6_k" else 0, scale / step * (1 if kind != "q8_0" else 2))
    if kind in ("q4_1", "q5_1"):
        put(2, -scale)
    if kind in ("q4_k", "q5_k"):
        put(2, scale / 32)
    return blocks.reshape(rows, -1)


def dequantize(kind, raw, columns):
    """GGUF bytes to float32, step by step as the service's Dequantizer does."""
    rows = raw.shape[0]
    if kind == "f32":
        return raw.view(F32).reshape(rows, columns)
    if kind == "f16":
        return raw.view(np.float16).astype(F32).reshape(rows, columns)
    if kind == "bf16":
        return (raw.view(np.uint16).astype(np.uint32) << 16).view(F32).reshape(rows, columns)
    b = raw.reshape(rows, -1, BLOCK_BYTES[kind])
    d = half(b[..., 208:210] if kind == "q6_k" else b[..., 0:2])[..., None]
    if kind == "q8_0":
        return (d * b[..., 2:].view(np.int8).astype(F32)).reshape(rows, columns)
    if not kind.endswith("_k"):
        minimum = kind.endswith("1")
        head = 4 if minimum else 2
        low = b[..., head + (4 if kind[1] == "5" else 0):]
        q = np.concatenate([low & 15, low >> 4], axis=-1).astype(np.int32)
        if kind[1] == "5":
            bits = np.unpackbits(b[..., head:head + 4], axis=-1, bitorder="little")
            q |= bits.astype(np.int32) << 4
        m = half(b[..., 2:4])[..., None] if minimum else F32(-8 if kind[1] == "4" else -16) * d
        return (d * q.astype(F32) + m).reshape(rows, columns)
    if kind == "q6_k":
        q = np.zeros(b.shape[:2] + (256, ), np.int32)
        for i in range(256):
            part, within = i // 128, i % 128
            low = b[..., part * 64 + within % 64] >> (within // 64 * 4) & 15
            high = b[..., 128 + part * 32 + within % 32] >> (within // 32 * 2) & 3
            q[..., i] = low.astype(np.int32) | (high.astype(np.int32) << 4)
        s = np.repeat(b[..., 192:208].view(np.int8).astype(F32), 16, axis=-1)
        return (d * s * (q - 32).astype(F32)).reshape(rows, columns)
    m = half(b[..., 2:4])[..., None]
    out = np.zeros(b.shape[:2] + (256, ), F32)
    t = b[..., 4:16].astype(np.int32)
    for part in range(8):
        scale = t[..., part] & 63 if part < 4 else (t[..., part + 4] & 15) | (t[..., part - 4] >> 6 << 4)
        least = t[..., part + 4] & 63 if part < 4 else (t[..., part + 4] >> 4) | (t[..., part] >> 6 << 4)
        low = b[..., (16 if kind == "q4_k" else 48) + part // 2 * 32:][..., :32] >> (part % 2 * 4) & 15
        q = low.astype(np.int32)
        if kind == "q5_k":
            q |= (b[..., 16:48].astype(np.int32) >> part & 1) << 4
        out[..., part * 32:part * 32 +
            32] = (d * scale[..., None].astype(F32)) * q.astype(F32) - m * least[..., None].astype(F32)
    return out.reshape(rows, columns)


def rounded(x):
    """Inputs as 8-bit blocks, and the integers and scales."""
    blocks = x.reshape(x.shape[0], -1, 32)
    largest = np.abs(blocks).max(axis=-1, keepdims=True)
    inverse = np.where(largest > 1e-30, F32(127) / np.maximum(largest, F32(1e-30)), F32(0)).astype(F32)
    q = np.rint(blocks * inverse).astype(np.int32)
    scale = np.where(largest > 1e-30, largest / F32(127), F32(0)).astype(F32)
    return (q * scale).reshape(x.shape), q, scale


def act_pack(x):
    """q8, meta and h of rows, as the kernels lay them out."""
    n, columns = x.shape
    _, q, scale = rounded(x)
    order = [0, 4, 1, 5, 2, 6, 3, 7]
    q8 = q.reshape(n, -1, 8)[..., order].astype(np.int8)
    sums = q.reshape(n, -1, 2, 16).sum(axis=-1).astype(np.int16)
    meta = np.concatenate([scale.reshape(n, -1, 1).view(np.int32), sums.view(np.int32).reshape(n, -1, 1)], axis=-1)
    return q8, meta, fragment(x)


def fragment_index(n, columns):
    groups = ceil(columns, 128)
    row, k = np.meshgrid(np.arange(n), np.arange(columns), indexing="ij")
    return ((((row // 8) * groups + k // 128) * 4 + k % 32 // 8) * 32 + row % 8 * 4 + k // 32 % 4) * 8 + k % 8


def fragment(x):
    n, columns = x.shape
    out = np.full(ceil(n, 8) * 8 * ceil(columns, 128) * 128, np.nan, np.float16)
    out[fragment_index(n, columns)] = x.astype(np.float16)
    return out


def shared_bytes(entry):
    """Dynamic shared memory of an entry."""
    if entry.startswith("tile"):
        return (49152 if entry.removeprefix("tile_") in FLOATS else 32768) + 49152
    if entry.startswith("wide"):
        return 32768 if entry.endswith("_t8") else 65536
    return 0


def silu(x):
    return x / (1 + np.exp(-x))


def apply_mode(product, mode, before):
    if mode == STORE:
        return product
    if mode == ADD:
        return before + product
    width = product.shape[1] // 2
    return silu(product[:, :width]) * product[:, width:]


# ---- checks ----

results = []


def check(name, out, ref, tolerance):
    out = np.asarray(out, np.float64)
    ref = np.asarray(ref, np.float64)
    norm = np.linalg.norm(ref)
    error = np.linalg.norm(out - ref) / (norm if norm > 0 else 1)
    good = bool(error <= tolerance)  # false for NaN
    results.append({"check": name, "error": float(error), "tolerance": tolerance, "ok": good})
    if not good:
        bad = np.argwhere(~(np.abs(out - ref) <= 10 * tolerance * (np.abs(ref).max() + 1e-30)))
        print(f"FAILED {name}: error {error:.3g} > {tolerance:g}; first bad at {bad[:3].tolist()} of {out.shape}",
              flush=True)


def matrix_checks(dev, kind):
    module = f"matrix_{kind}"
    big = dev.big
    for rows, columns in [(96, 256), (70, 768)] + ([(1024, 2048), (576, 1536)] if big else []) + \
            ([(64, 96), (160, 576)] if not kind.endswith("_k") else []):
        raw = random_raw(kind, rows, columns)
        w = dequantize(kind, raw, columns)
        buffer = dev.poison(sum(planes(kind, rows, columns)))
        split = rows // 3
        for first, count in [(0, split), (split, rows - split)]:
            dev.launch(module, f"repack_{kind}", (ceil(count * columns // 32, 256), ), 256,
                       dev.put(raw[first:first + count]), buffer, I32(rows), I32(columns), I32(first), I32(count))
        ids = np.array([[5, 0, 0, 0], [-1, -1, 0, 0], [rows - 1, 0, 0, 0], [rows // 2, 0, 0, 0]], I32)
        x = dev.poison(4 * columns * 4)
        dev.launch(module, f"embed_{kind}", (4, ), 128, buffer, I32(rows), I32(columns), dev.put(ids), x, I32(columns))
        ref = np.where(ids[:, :1] >= 0, w[ids[:, 0]], F32(0))
        check(f"embed_{kind} {rows}x{columns}", dev.get(x, F32, (4, columns)), ref, 0)

        def product(entry, n, mode, grid, block, inputs, ref_x, tolerance, quantise=True, work=()):
            gated = mode == SWIGLU
            if gated and (rows // 2) % 32:
                return
            ldo = rows + 3
            before = rng.standard_normal((n, ldo)).astype(F32)
            out = dev.put(before)
            width = rows // 2
            q8, meta, h, f = (dev.poison(n * width), dev.poison(n * width // 4),
                              dev.poison(ceil(n, 8) * 8 * ceil(width, 128) * 256),
                              dev.poison(n * width * 4)) if gated else (None, ) * 4
            if not quantise:
                q8 = meta = None
            dev.launch(module, entry, grid, block, buffer, I32(rows), I32(columns), I32(n), *inputs, out, I32(ldo),
                       I32(mode), *work, q8, meta, h, f)
            ref = apply_mode(ref_x.astype(np.float64) @ w.astype(np.float64).T, mode, before[:, :rows])
            name = f"{entry} {rows}x{columns} n={n} mode={mode}"
            if not gated:
                got = dev.get(out, F32, (n, ldo))
                check(name, got[:, :rows], ref, tolerance)
                check(name + " beside", got[:, rows:], before[:, rows:], 0)
                return
            got = dev.get(f, F32, (n, width))
            check(name, got, ref, tolerance)
            halves = dev.get(h, np.float16, (ceil(n, 8) * 8 * ceil(width, 128) * 128, ))
            check(name + " h", halves[fragment_index(n, width)], got.astype(np.float16), 0)
            if q8 is not None:
                ref8, ref_meta, _ = act_pack(got)
                check(name + " q8", dev.get(q8, np.int8, ref8.shape), ref8, 0)
                check(name + " meta",
                      dev.get(meta, np.int32, ref_meta.shape).view(F32)[..., 0],
                      ref_meta.view(F32)[..., 0], 1e-7)
                check(name + " sums",
                      dev.get(meta, np.int16, ref_meta.shape[:2] + (4, ))[..., 2:],
                      ref_meta.view(np.int16).reshape(ref_meta.shape[:2] + (4, ))[..., 2:], 0)

        for mode in (STORE, ADD, SWIGLU):
            for template, n in [(1, 1), (2, 2), (4, 3), (8, 7), (8, 8)]:
                x = rng.standard_normal((n, columns)).astype(F32)
                q8, meta, _ = act_pack(x)
                inputs = (None, None, dev.put(x)) if kind in FLOATS else (dev.put(q8), dev.put(meta), None)
                tiles = ceil(rows, 16) if mode != SWIGLU else rows // 64
                grid = (max(1, tiles - 1), )  # fewer than tiles: the loop over tiles is in use
                product(f"matvec_{kind}_n{template}", n, mode, grid, 256, inputs,
                        x if kind in FLOATS else rounded(x)[0], 2e-6 if kind in FLOATS else 5e-6)
            for template, n in [(1, 5), (2, 13), (4, 29), (8, 64), (8, 75)]:
                if not big and template * 8 < n and mode == ADD:
                    continue
                x = rng.standard_normal((n, columns)).astype(F32)
                tiles = ceil(rows, 32) if mode != SWIGLU else ceil(rows // 2, 16)
                grid = (ceil(n, template * 8), max(1, tiles - 1))
                product(f"small_{kind}_t{template}", n, mode, grid, 256, (dev.put(fragment(x)), ), x, 1.5e-3, False)
            for entry, m in [(f"tile_{kind}", 128), (f"wide_{kind}_t8", 64), (f"wide_{kind}_t16", 128)]:
                for n, z in [(29, 1), (50, 3), (130, 2)] + ([(300, 1), (300, 5)] if big else []):
                    x = rng.standard_normal((n, columns)).astype(F32)
                    grid = (ceil(n, m), ceil(rows, 128) if mode != SWIGLU else ceil(rows // 2, 64), z)
                    tiles = grid[0] * grid[1]
                    partial, counters = dev.poison(tiles * z * m * 128 * 4), dev.put(np.zeros(tiles, I32))
                    product(entry, n, mode, grid, 128, (dev.put(fragment(x)), ), x, 1.5e-3, False, (partial, counters))
                    check(f"{entry} counters", dev.get(counters, I32, (tiles, )), np.zeros(tiles), 0)

        # A norm and a product in one, against one after the other.
        for mode in (STORE, ADD, SWIGLU):
            if mode == SWIGLU and rows // 2 % 32:
                continue
            x = rng.standard_normal((3, columns)).astype(F32)
            weight = rng.standard_normal(columns).astype(F32)
            before = rng.standard_normal((1, rows)).astype(F32)
            out, act = dev.put(before), forms(dev, 1, rows // 2)
            dev.launch(module, f"norm_matvec_{kind}", (2, ), 256, buffer, I32(rows), I32(columns), dev.put(x),
                       I32(columns), dev.put(np.array([2], I32)), dev.put(weight), F32(1e-5), out, I32(rows), I32(mode),
                       *act)
            row = x[2:].astype(np.float64)
            normed = (row / np.sqrt((row**2).mean() + 1e-5) * weight).astype(F32)
            ref = apply_mode(
                (normed if kind in FLOATS else rounded(normed)[0]).astype(np.float64) @ w.astype(np.float64).T, mode,
                before)
            got = dev.get(act[3], F32, (1, rows // 2)) if mode == SWIGLU else dev.get(out, F32, (1, rows))
            # a rounding to 8 bits may fall to the other side
            check(f"norm_matvec_{kind} {rows}x{columns} mode={mode}", got, ref, 2e-3)

        # The same bits whatever the batch: a row alone and among others.
        x = rng.standard_normal((20, columns)).astype(F32)
        alone = dev.poison(rows * 4)
        dev.launch(module, f"small_{kind}_t1", (1, ceil(rows, 32)), 256, buffer, I32(rows), I32(columns), I32(1),
                   dev.put(fragment(x[17:18])), alone, I32(rows), I32(STORE), None, None, None, None)
        among = dev.poison(20 * rows * 4)
        dev.launch(module, f"small_{kind}_t4", (1, ceil(rows, 32)), 256, buffer, I32(rows), I32(columns), I32(20),
                   dev.put(fragment(x)), among, I32(rows), I32(STORE), None, None, None, None)
        check(f"small_{kind} {rows}x{columns} same bits",
              dev.get(among, F32, (20, rows))[17], dev.get(alone, F32, (rows, )), 0)


def forms(dev, n, width):
    return (dev.poison(n * width), dev.poison(n * width // 4), dev.poison(ceil(n, 8) * 8 * ceil(width, 128) * 256),
            dev.poison(n * width * 4))


def check_forms(dev, name, act, ref, tolerance):
    n, width = ref.shape
    got = dev.get(act[3], F32, (n, width))
    check(name, got, ref, tolerance)
    halves = dev.get(act[2], np.float16, (ceil(n, 8) * 8 * ceil(width, 128) * 128, ))
    check(name + " h", halves[fragment_index(n, width)], got.astype(np.float16), 0)
    ref8, ref_meta, _ = act_pack(got)
    check(name + " q8", dev.get(act[0], np.int8, ref8.shape), ref8, 0)
    check(name + " scales", dev.get(act[1], F32, ref_meta.shape)[..., 0], ref_meta.view(F32)[..., 0], 1e-7)


def row_checks(dev):
    for n, width in [(3, 96), (5, 576), (2, 2080)] + ([(17, 4096)] if dev.big else []):
        x = rng.standard_normal((n + 2, width)).astype(F32) * 3
        weight = rng.standard_normal(width).astype(F32)
        index = np.full((n, 16), 9, I32)
        index[:, 0] = rng.permutation(n + 2)[:n]
        index[1, 0] = -1
        act = forms(dev, n, width)
        dev.launch("step", "rms_norm", (n, ), 512, dev.put(x), I32(width), dev.put(index), I32(16), dev.put(weight),
                   I32(width), F32(1e-5), *act)
        chosen = x[index[:, 0]].astype(np.float64)
        ref = chosen / np.sqrt((chosen**2).mean(axis=1, keepdims=True) + 1e-5) * weight
        ref[1] = 0
        check_forms(dev, f"rms_norm {n}x{width}", act, ref, 1e-6)
        act = forms(dev, n, width)
        dev.launch("step", "quantize_rows", (ceil(width, 1024), n), 256, dev.put(x), I32(width), I32(width), *act)
        check_forms(dev, f"quantize_rows {n}x{width}", act, x[:n], 0)
        act = forms(dev, n, width)
        y = rng.standard_normal((n + 2, width)).astype(F32)
        dev.launch("step", "swiglu", (ceil(width, 1024), n), 256, dev.put(x), I32(width), dev.put(y), I32(width),
                   I32(width), *act)
        check_forms(dev, f"swiglu {n}x{width}", act, silu(x[:n].astype(np.float64)) * y[:n], 1e-6)


def attention_checks(dev):
    shapes = [(4, 2, 32, 2, [3, 130, -1, 300]), (9, 3, 64, 1, [0, 16, 127, 128]), (6, 1, 128, 3, [700, 5]),
              (7, 1, 96, 1, [200]), (4, 2, 256, 1, [77, 260])]
    if dev.big:
        shapes += [(32, 8, 128, 2, [2047, 1023, 17, 130, -1, 511]), (14, 2, 64, 2, [3000, 1])]
    for heads, kv_heads, size, layers, positions in shapes:
        padded = 32 if size <= 32 else 64 if size <= 64 else 128 if size <= 128 else 256
        layer = layers - 1
        n = len(positions)
        ld = (heads + 2 * kv_heads) * size
        counts = [ceil(p + 1, 16) for p in positions]
        free = rng.permutation(sum(counts) + 3)
        pages = free[:sum(counts)].astype(I32)
        rows = np.zeros((n, 4), I32)
        rows[:, 0] = [7 if p >= 0 else -1 for p in positions]
        rows[:, 1] = positions
        rows[:, 2] = np.cumsum([0] + counts[:-1])
        kv = (rng.standard_normal((len(free), layers, kv_heads, 2, 16, size)) * 1.5).astype(np.float16)
        qkv = rng.standard_normal((n, ld)).astype(F32) * 2
        bias = rng.standard_normal(ld).astype(F32)
        norms = [(rng.standard_normal(size) * 0.3 + 1).astype(F32) for _ in range(2)]
        rotated = size // 2 if size != 96 else 24
        angles = np.arange(max(positions) + 1)[:, None] * 10000.0**(-np.arange(rotated) / rotated)
        cos, sin = np.cos(angles).astype(F32), np.sin(angles).astype(F32)
        for neighbouring, with_norm in [(1, False), (0, True)]:
            # rotation and storing
            device_kv, device_qkv = dev.put(kv), dev.put(qkv)
            dev.launch("step", "rope_store", (ceil(heads + 2 * kv_heads, 4), n), 128, device_qkv, I32(ld),
                       dev.put(bias),
                       dev.put(norms[0]) if with_norm else None,
                       dev.put(norms[1]) if with_norm else None, F32(1e-6), dev.put(cos), dev.put(sin), I32(rotated),
                       I32(neighbouring), dev.put(rows), dev.put(pages), device_kv, I32(layer), I32(layers), I32(heads),
                       I32(kv_heads), I32(size))
            x = (qkv.astype(np.float64) + bias).reshape(n, heads + 2 * kv_heads, size)
            for part, norm in [(slice(0, heads), norms[0]), (slice(heads, heads + kv_heads), norms[1])]:
                y = x[:, part]
                if with_norm:
                    y = y / np.sqrt((y**2).mean(axis=-1, keepdims=True) + 1e-6) * norm
                a, b = (slice(0, 2 * rotated, 2),
                        slice(1, 2 * rotated, 2)) if neighbouring else (slice(0, rotated), slice(rotated, 2 * rotated))
                c, s = cos[np.maximum(positions, 0)][:, None], sin[np.maximum(positions, 0)][:, None]
                z = y.copy()
                z[..., a], z[..., b] = y[..., a] * c - y[..., b] * s, y[..., a] * s + y[..., b] * c
                x[:, part] = z
            expected = kv.copy()
            for i, p in enumerate(positions):
                if p >= 0:
                    page = pages[rows[i, 2] + p // 16]
                    expected[page, layer, :, 0, p % 16] = x[i, heads:heads + kv_heads].astype(np.float16)
                    expected[page, layer, :, 1, p % 16] = x[i, heads + kv_heads:].astype(np.float16)
            name = f"{heads}/{kv_heads}x{size} neighbouring={neighbouring} norm={int(with_norm)}"
            got_q = dev.get(device_qkv, F32, (n, ld))[:, :heads * size].reshape(n, heads, size)
            used = np.array(positions) >= 0
            check(f"rope_store q {name}", got_q[used], x[used, :heads], 1e-6)
            check(f"rope_store pages {name}", dev.get(device_kv, np.float16, kv.shape), expected, 1e-4)
        # decode attention
        device_kv = dev.put(expected)
        keys = expected[:, layer, :, 0].astype(np.float64)
        values = expected[:, layer, :, 1].astype(np.float64)

        def attend(q, p, table):
            """q (heads,size) at position p."""
            t = np.arange(p + 1)
            k = keys[table[t // 16], :, t % 16].transpose(1, 0, 2)  # (kvHeads,positions,size)
            v = values[table[t // 16], :, t % 16].transpose(1, 0, 2)
            k, v = np.repeat(k, heads // kv_heads, axis=0), np.repeat(v, heads // kv_heads, axis=0)
            score = np.einsum("hd,htd->ht", q, k) / np.sqrt(size)
            share = np.exp(score - score.max(axis=1, keepdims=True))
            return np.einsum("ht,htd->hd", share / share.sum(axis=1, keepdims=True), v)

        q = rng.standard_normal((n, ld)).astype(F32)
        width = heads * size
        max_splits = ceil(max(positions) + 1, 128) + 1
        groups = kv_heads * ceil(heads // kv_heads, 4)
        ref = np.stack([
            attend(q[i, :width].reshape(heads, size), p, pages[rows[i, 2]:]).reshape(-1) if p >= 0 else np.zeros(width)
            for i, p in enumerate(positions)
        ])
        first = None
        for z in (1, 3, 16):
            act = forms(dev, n, width)
            counters = dev.put(np.zeros(n * groups, I32))
            partial = dev.poison(n * heads * max_splits * (size + 2) * 4)
            for _ in range(2):  # twice: the counters are ready again
                dev.launch("step", f"attention_decode_d{padded}", (groups, n, z), 256, dev.put(q), I32(ld),
                           dev.put(rows), dev.put(pages), device_kv, I32(layer), I32(layers), I32(heads), I32(kv_heads),
                           I32(size), partial, counters, I32(max_splits), *act)
            check_forms(dev, f"attention_decode {heads}/{kv_heads}x{size} z={z}", act, ref, 2e-5)
            check(f"attention_decode {heads}/{kv_heads}x{size} z={z} counters", dev.get(counters, I32, (n * groups, )),
                  np.zeros(n * groups), 0)
            got = dev.get(act[3], F32, (n, width))
            first = got if first is None else first
            check(f"attention_decode {heads}/{kv_heads}x{size} z={z} same bits", got, first, 0)
        # rotation, storing and attention in one: the same bits as one after the other
        outcomes = []
        for fused in (False, True):
            device_kv2, device_qkv = dev.put(kv), dev.put(qkv)
            rotation = (dev.put(bias), dev.put(norms[0]), dev.put(norms[1]), F32(1e-6), dev.put(cos), dev.put(sin),
                        I32(rotated), I32(1))
            act = forms(dev, n, width)
            counters = dev.put(np.zeros(n * groups, I32))
            partial = dev.poison(n * heads * max_splits * (size + 2) * 4)
            if not fused:
                dev.launch("step", "rope_store", (ceil(heads + 2 * kv_heads, 4), n), 128, device_qkv, I32(ld),
                           *rotation, dev.put(rows), dev.put(pages), device_kv2, I32(layer), I32(layers), I32(heads),
                           I32(kv_heads), I32(size))
            dev.launch("step", f"attention_{'step' if fused else 'decode'}_d{padded}", (groups, n, 2), 256, device_qkv,
                       I32(ld), *(rotation if fused else ()), dev.put(rows), dev.put(pages), device_kv2, I32(layer),
                       I32(layers), I32(heads), I32(kv_heads), I32(size), partial, counters, I32(max_splits), *act)
            outcomes.append((dev.get(act[3], F32, (n, width)), dev.get(device_kv2, np.float16, kv.shape)))
        check(f"attention_step {heads}/{kv_heads}x{size}", outcomes[1][0], outcomes[0][0], 0)
        check(f"attention_step {heads}/{kv_heads}x{size} pages", outcomes[1][1], outcomes[0][1], 0)
        # prefill: a slice for each row that ends at its position
        slices = [(p, min(p + 1, [100, 1, 20, 64, 70, 65][i % 6])) for i, p in enumerate(positions) if p >= 0]
        tables = [rows[i, 2] for i, p in enumerate(positions) if p >= 0]
        total = sum(count for _, count in slices)
        q = rng.standard_normal((total, ld)).astype(F32)
        tiles, ref, row = [], [], 0
        for (p, count), table in zip(slices, tables):
            for start in range(0, count, 64):
                tiles.append([row + start, min(64, count - start), p - count + 1 + start, table])
            ref += [
                attend(q[row + i, :width].reshape(heads, size), p - count + 1 + i, pages[table:]).reshape(-1)
                for i in range(count)
            ]
            row += count
        h, f = dev.poison(ceil(total, 8) * 8 * ceil(width, 128) * 256), dev.poison(total * width * 4)
        dev.launch("step", f"attention_prefill_d{padded}", (heads, len(tiles)), 128, dev.put(q), I32(ld),
                   dev.put(np.array(tiles, I32)), dev.put(pages), device_kv, I32(layer), I32(layers), I32(heads),
                   I32(kv_heads), I32(size), None, None, h, f)
        got = dev.get(f, F32, (total, width))
        check(f"attention_prefill {heads}/{kv_heads}x{size}", got, np.stack(ref), 2e-3)
        halves = dev.get(h, np.float16, (ceil(total, 8) * 8 * ceil(width, 128) * 128, ))
        check(f"attention_prefill {heads}/{kv_heads}x{size} h", halves[fragment_index(total, width)],
              got.astype(np.float16), 0)


def run_sample(dev, logits, options, pairs):
    m, vocabulary = logits.shape
    outputs = np.zeros((m, 16), I32)
    for i, o in enumerate(options):
        outputs[i, 0] = o.get("row", i)
        outputs[i, 1:4] = o.get("seed", 1), 0, o.get("counter", 0)
        outputs[i, 4] = F32(o.get("temperature", 0)).view(I32)
        outputs[i, 5] = o.get("top_k", 0)
        for at, key, default in [(6, "top_p", 1), (7, "min_p", 0), (8, "repeat", 1), (9, "presence", 0),
                                 (10, "frequency", 0)]:
            outputs[i, at] = F32(o.get(key, default)).view(I32)
        outputs[i, 11:14] = o.get("penalty", 0), o.get("penalties", 0), o.get("top", 0)
    device_logits, device_outputs = dev.put(logits), dev.put(outputs)
    stats, out = dev.poison(m * 64 * 16), dev.poison(m * 48 * 4)
    dev.launch("step", "scan_logits", (64, m), 256, device_logits, I32(vocabulary), I32(vocabulary), device_outputs,
               stats)
    dev.launch("step", "sample", (m, ), 1024, device_logits, I32(vocabulary), I32(vocabulary), device_outputs,
               dev.put(np.array(pairs, I32)), stats, out)
    return dev.get(out, I32, (m, 48))


def sampling_checks(dev):
    for vocabulary in [1000, 3003] + ([128256] if dev.big else []):
        logits = (rng.standard_normal((6, vocabulary)) * 3).astype(F32)
        logits[0, [7, 400, 900]] = 30  # equal: the lowest id
        logits[3, 11] = np.nan
        logits[4, 12] = np.inf
        raw = logits.astype(np.float64)
        log_sum = np.log(np.exp(raw - np.nanmax(raw, axis=1, keepdims=True)).sum(axis=1)) + np.nanmax(raw, axis=1)
        best = int(raw[1].argmax())
        second = int(np.argsort(-raw[1])[1])
        pairs = [[best, 2], [second, 1], [3, 1]]
        out = run_sample(dev, logits, [{
            "top": 20
        }, {
            "penalties": 2,
            "penalty": 0,
            "presence": 100,
            "frequency": 1,
            "top": 3
        }, {}, {}, {}, {
            "row": -1
        }], pairs)
        name = f"sample {vocabulary}"
        check(f"{name} greedy", out[[0, 2], 0], [7, raw[2].argmax()], 0)
        check(f"{name} penalties", out[1, 0], np.argsort(-raw[1])[2], 0)
        check(f"{name} flags", out[:, 1], [0, 0, 0, 1, 1, 0], 0)
        check(f"{name} unused", out[3:, 0], [-1, -1, -1], 0)
        check(f"{name} logprob", out[:3, 2].view(F32), raw[[0, 1, 2], out[:3, 0]] - log_sum[:3], 1e-5)
        order = np.argsort(-logits[0], kind="stable")[:20]
        check(f"{name} top ids", out[0, 4:24], order, 0)
        check(f"{name} top logprobs", out[0, 24:44].view(F32), raw[0, order] - log_sum[0], 1e-5)
        check(f"{name} top of penalised", out[1, 4:7], np.argsort(-logits[1], kind="stable")[:3], 0)
        # draws: every token is allowed, and frequencies match
        base = (rng.standard_normal(vocabulary) * 2).astype(F32)
        base[rng.integers(0, vocabulary, 3)] = base.max()  # ties at the top
        for options in [{
                "top_k": 40
        }, {
                "top_p": 0.9
        }, {
                "min_p": 0.1
        }, {
                "top_k": 5,
                "top_p": 0.8,
                "min_p": 0.05,
                "temperature": 0.7
        }, {
                "temperature": 1.5
        }, {
                "top_k": 2
        }, {
                "top_k": vocabulary - 1,
                "top_p": 0.5
        }, {
                "top_p": 0.0
        }, {
                "top_k": 1
        }]:
            options = {"temperature": 1.0, **options}
            scaled = base.astype(np.float64) / options["temperature"]
            weight = np.exp(scaled - scaled.max())
            order = np.argsort(-base, kind="stable")
            keep = np.zeros(vocabulary, bool)
            keep[order[:options.get("top_k") or vocabulary]] = True
            weight = np.where(keep, weight, 0)
            if options.get("top_p", 1) < 1:
                cumulative = np.cumsum(weight[order])
                count = int(np.searchsorted(cumulative, options["top_p"] * weight.sum() - 1e-9)) + 1
                keep[order[count + 1:]] = False  # one more for rounding at the border
            keep &= weight >= options.get("min_p", 0) * 0.9999
            draws = 256 if dev.big else 3
            out = run_sample(dev, np.repeat(base[None], draws, axis=0), [{
                **options, "counter": i,
                "seed": 5
            } for i in range(draws)], [[0, 0]])
            check(f"{name} {options} allowed", keep[np.maximum(out[:, 0], 0)] & (out[:, 0] >= 0), np.ones(draws), 0)
            if dev.big:
                share = np.where(keep, weight, 0) / np.where(keep, weight, 0).sum()
                if options.get("top_p", 1) == 0:
                    check(f"{name} {options} best", (out[:, 0] == order[0]).all(), True, 0)
                    continue
                top = int(share.argmax())
                expected, measured = share[top], (out[:, 0] == top).mean()
                check(f"{name} {options} share",
                      abs(measured - expected) < 5 * np.sqrt(expected * (1 - expected) / draws) + 0.01, True, 0)


# ---- timing ----


class Timer:

    def __init__(self, dev):
        self.dev, self.cp = dev, dev.cp
        self.stream = self.cp.cuda.Stream(non_blocking=True)

    def micros(self, calls, repeat=5):
        """Microseconds of one call: all of them in one graph, the median of `repeat` launches."""
        self.cp.cuda.Device().synchronize()
        with self.stream:
            calls[0]()
            self.stream.synchronize()
            self.stream.begin_capture()
            for call in calls:
                call()
            graph = self.stream.end_capture()
            graph.launch(self.stream)
            self.stream.synchronize()
            times = []
            for _ in range(repeat):
                start, end = self.cp.cuda.Event(), self.cp.cuda.Event()
                start.record(self.stream)
                graph.launch(self.stream)
                end.record(self.stream)
                end.synchronize()
                times.append(self.cp.cuda.get_elapsed_time(start, end) * 1000)
        return float(np.median(times)) / len(calls)


def random_planes(dev, kind, rows, columns):
    """Random weights in planes on the device; scales are small so that nothing overflows."""
    cp = dev.cp
    sizes = planes(kind, rows, columns)
    buffer = cp.empty(sum(sizes), np.uint8)
    tile = cp.random.randint(0, 256, 1 << 20, dtype=np.uint8)
    whole = sum(sizes) >> 20
    buffer[:whole << 20].reshape(whole, 1 << 20)[:] = tile
    buffer[whole << 20:] = tile[:sum(sizes) - (whole << 20)]
    if kind in ("f16", "bf16", "f32"):
        view = buffer.view(np.uint16)
        view &= np.uint16(0x83FF)
        view |= np.uint16(0x2000 if kind == "f16" else 0x3C00)
    else:
        at = sizes[0] + sizes[1]
        if kind.endswith("_k"):
            at += sizes[2]
        buffer[at:].view(np.uint16)[:] = np.uint16(0x1400)
    return buffer


def tile_grid(dev, rows, columns, n, m):
    """Grid, partial sums and counters of tile or wide: the columns are shared if there are few tiles."""
    x, y = ceil(n, m), ceil(rows, 128)
    z = max(1, min(2 * dev.processors // (x * y), columns // 512))
    return (x, y, z), (dev.cp.empty(x * y * z * m * 128, F32), dev.cp.zeros(x * y, I32))


def matrix_times(dev, timer, report, deadline):
    cp = dev.cp
    shapes = {
        "qkv": (6144, 4096, STORE),
        "o": (4096, 4096, ADD),
        "gate+up": (28672, 4096, SWIGLU),
        "down": (4096, 14336, ADD)
    }
    for kind in ["q4_0", "q8_0", "q4_k", "q6_k", "f16", "q5_0", "q4_1"]:
        for shape, (rows, columns, mode) in shapes.items():
            if kind in ("q5_0", "q4_1") and shape != "gate+up":
                continue
            size = sum(planes(kind, rows, columns))
            copies = max(2, min(24, int(400e6 / size) + 1))
            weights = [random_planes(dev, kind, rows, columns) for _ in range(copies)]
            cases = [(n, "matvec", f"n{t}") for n, t in [(1, 1), (2, 2), (4, 4), (8, 8)]]
            cases += [(n, "small", f"t{t}") for n, t in [(1, 1), (4, 1), (8, 1), (16, 2), (32, 4), (64, 8), (128, 8)]]
            cases += [(n, "wide", f"t{t}") for n in (64, 128, 256, 512, 2048) for t in (8, 16)]
            cases += [(n, "tile", "") for n in (128, 256, 512, 2048)]
            if kind in ("q5_0", "q4_1"):
                cases = [(1, "matvec", "n1"), (8, "small", "t1"), (512, "wide", "t16"), (512, "tile", "")]
            for n, family, variant in cases:
                if time.time() > deadline:
                    continue
                if kind in ("f16", "q4_k", "q6_k") and (n in (2, 4, 16, 64) or shape in ("qkv", "o")):
                    continue
                x = cp.random.standard_normal((n, columns), dtype=F32)
                q8, meta, h, f = forms(dev, n, columns)
                dev.launch("step", "quantize_rows", (ceil(columns, 1024), n), 256, x, I32(columns), I32(columns), q8,
                           meta, h, f)
                out = cp.zeros((n, rows), F32)
                act = forms(dev, n, rows // 2)
                inputs = (q8, meta, f) if family == "matvec" else (h, )
                act = act if family == "matvec" and kind not in FLOATS else (None, None, act[2], act[3])
                entry = f"{family}_{kind}" + (f"_{variant}" if variant else "")
                work, block = (), 256
                if family == "matvec":
                    grid = (ceil(rows, 16) if mode != SWIGLU else rows // 64, )
                elif family == "small":
                    grid = (ceil(n, int(variant[1:]) * 8), ceil(rows, 32))
                else:
                    grid, work = tile_grid(dev, rows, columns, n, 64 if variant == "t8" else 128)
                    block = 128
                count = copies if n < 512 else 4

                def call(w):
                    return lambda: dev.launch(f"matrix_{kind}", entry, grid, block, w, I32(rows), I32(columns), I32(n),
                                              *inputs, out, I32(rows), I32(mode), *work, *act)

                us = timer.micros([call(weights[i % copies]) for i in range(max(count, 4))])
                report.append({
                    "kernel": entry,
                    "shape": shape,
                    "n": n,
                    "us": us,
                    "gbs": size / us / 1e3,
                    "tflops": 2.0 * rows * columns * n / us / 1e6
                })
            del weights
            cp.get_default_memory_pool().free_all_blocks()


def attention_times(dev, timer, report):
    cp = dev.cp
    heads, kv_heads, size = 32, 8, 128
    ld = (heads + 2 * kv_heads) * size
    width = heads * size
    for n, length in [(1, 512), (1, 4096), (8, 1024), (32, 1024), (128, 1024)]:
        per = length // 16
        pages = cp.asarray(rng.permutation(n * per).astype(I32))
        layers = 4
        kv = cp.random.standard_normal((n * per * layers * kv_heads * 2 * 16 * size // 2, ), dtype=F32).view(np.uint16)
        kv &= np.uint16(0xBFFF)
        rows = np.zeros((n, 4), I32)
        rows[:, 1], rows[:, 2] = length - 1, np.arange(n) * per
        rows = cp.asarray(rows)
        q = cp.random.standard_normal((n, ld), dtype=F32)
        act = forms(dev, n, width)
        groups = kv_heads
        splits = ceil(length, 128)
        z = max(1, min(splits, 4 * dev.processors // (n * groups)))
        partial, counters = dev.poison(n * heads * splits * (size + 2) * 4), cp.zeros(n * groups, I32)
        bytes_read = n * length * kv_heads * size * 4

        def call(layer):
            return lambda: dev.launch("step", "attention_decode_d128",
                                      (groups, n, z), 256, q, I32(ld), rows, pages, kv, I32(layer), I32(layers),
                                      I32(heads), I32(kv_heads), I32(size), partial, counters, I32(splits), *act)

        us = timer.micros([call(i % layers) for i in range(16)])
        report.append({
            "kernel": "attention_decode_d128",
            "shape": f"length {length}",
            "n": n,
            "us": us,
            "gbs": bytes_read / us / 1e3,
            "tflops": 4.0 * n * length * width / us / 1e6
        })
    for length in (512, 4096):
        per = length // 16
        pages = cp.asarray(rng.permutation(per).astype(I32))
        kv = cp.random.standard_normal((per * kv_heads * 2 * 16 * size // 2, ), dtype=F32).view(np.uint16)
        kv &= np.uint16(0xBFFF)
        tiles = cp.asarray(np.array([[i, 64, i, 0] for i in range(0, length, 64)], I32))
        q = cp.random.standard_normal((length, ld), dtype=F32)
        act = forms(dev, length, width)
        us = timer.micros([
            lambda: dev.launch("step", "attention_prefill_d128",
                               (heads, length // 64), 128, q, I32(ld), tiles, pages, kv, I32(0), I32(1), I32(heads),
                               I32(kv_heads), I32(size), None, None, act[2], None)
        ] * 4)
        report.append({
            "kernel": "attention_prefill_d128",
            "shape": f"length {length}",
            "n": length,
            "us": us,
            "gbs": 0,
            "tflops": 2.0 * length * length * width / us / 1e6
        })
    # the small ones
    for n in (1, 32, 128):
        x = cp.random.standard_normal((n, ld), dtype=F32)
        act = forms(dev, n, 4096)
        weight = cp.ones(4096, F32)
        us = timer.micros([
            lambda: dev.launch("step", "rms_norm",
                               (n, ), 512, x, I32(ld), None, I32(0), weight, I32(4096), F32(1e-5), *act[:2], None, None)
        ] * 16)
        report.append({"kernel": "rms_norm", "shape": "4096", "n": n, "us": us, "gbs": 0, "tflops": 0})
        cos = cp.ones((4096, 64), F32)
        rows = np.zeros((n, 4), I32)
        rows[:, 1], rows[:, 2] = 5, np.arange(n)
        rows, pages = cp.asarray(rows), cp.arange(n, dtype=I32)
        kv = cp.zeros(n * kv_heads * 2 * 16 * size, np.uint16)

        def rope():
            dev.launch("step", "rope_store", (12, n), 128, x, I32(ld), None, None, None, F32(0), cos, cos, I32(64),
                       I32(1), rows, pages, kv, I32(0), I32(1), I32(heads), I32(kv_heads), I32(size))

        us = timer.micros([rope] * 16)
        report.append({"kernel": "rope_store", "shape": "32/8x128", "n": n, "us": us, "gbs": 0, "tflops": 0})
        vocabulary = 128256
        logits = cp.random.standard_normal((n, vocabulary), dtype=F32) * 3
        for title, options in [("greedy", {}), ("top_k 40, top_p 0.9", {
                5: 40,
                6: F32(0.9)
        }), ("all", {
                6: F32(1)
        }), ("top_p 0.9", {
                6: F32(0.9)
        })]:
            outputs = np.zeros((n, 16), I32)
            outputs[:, 0] = np.arange(n)
            for at, value in options.items():
                outputs[:, at] = value.view(I32) if isinstance(value, F32) else value
            if options:
                outputs[:, 4] = F32(0.8).view(I32)
            outputs = cp.asarray(outputs)
            stats, out, pairs = cp.zeros((n, 64, 4), F32), cp.zeros((n, 48), I32), cp.zeros(2, I32)

            def both():
                dev.launch("step", "scan_logits", (64, n), 256, logits, I32(vocabulary), I32(vocabulary), outputs,
                           stats)
                dev.launch("step", "sample", (n, ), 1024, logits, I32(vocabulary), I32(vocabulary), outputs, pairs,
                           stats, out)

            us = timer.micros([both] * 4)
            report.append({
                "kernel": "scan_logits+sample",
                "shape": title,
                "n": n,
                "us": us,
                "gbs": n * vocabulary * 4 / us / 1e3,
                "tflops": 0
            })


def step_times(dev, timer, report, kind, n, length, layers=32, vocabulary=128256, deterministic=False, fused=True,
               normed=True, blocks_per_processor=2):
    """A whole decode step of a model in the shape of Llama-3.1-8B, in one graph."""
    cp = dev.cp
    width, heads, kv_heads, size, forward = 4096, 32, 8, 128, 14336
    ld = (heads + 2 * kv_heads) * size
    shapes = [(ld, width), (width, width), (2 * forward, width), (width, forward)]
    weights = [[random_planes(dev, kind, *shape) for shape in shapes] for _ in range(layers)]
    output = random_planes(dev, kind, vocabulary, width)
    size_bytes = layers * sum(sum(planes(kind, *shape)) for shape in shapes) + sum(planes(kind, vocabulary, width))
    per = ceil(length, 16)
    kv = cp.zeros(n * per * layers * kv_heads * 2 * 16 * size, np.uint16)
    rows = np.zeros((n, 4), I32)
    rows[:, 0], rows[:, 1], rows[:, 2] = np.arange(n) + 5, length - 1, np.arange(n) * per
    outputs = np.zeros((n, 16), I32)
    outputs[:, 0] = np.arange(n)
    rows, outputs, pages = cp.asarray(rows), cp.asarray(outputs), cp.arange(n * per, dtype=I32)
    x, qkv, logits = cp.zeros((n, width), F32), cp.zeros((n, ld), F32), cp.zeros((n, vocabulary), F32)
    norm, table = cp.ones(width, F32), cp.ones((length, 64), F32)
    a, b, c = forms(dev, n, width), forms(dev, n, width), forms(dev, n, forward)
    splits = ceil(length, 128)
    partial, counters = dev.poison(n * heads * splits * (size + 2) * 4), cp.zeros(n * kv_heads, I32)
    stats, out, pairs = cp.zeros((n, 64, 4), F32), cp.zeros((n, 48), I32), cp.zeros(2, I32)
    z = max(1, min(splits, 4 * dev.processors // (n * kv_heads)))
    module = f"matrix_{kind}"
    keep = {}
    matvec = n <= 2 and not deterministic
    t = next(t for t in (1, 2, 4, 8) if t * (1 if matvec else 8) >= n or t == 8)

    def select(act):
        if kind in FLOATS and matvec:
            return (None, None, None, act[3])
        return (act[0], act[1], None, None) if matvec else (None, None, act[2], None)

    def product(w, rows_, columns, act, to, ldo, mode, target=(None, ) * 4):
        inputs = (act[0], act[1], act[3]) if matvec else (act[2], )
        work, block = (), 256
        if not matvec and n > 64:
            entry, block = f"wide_{kind}_t16", 128
            if (rows_, columns) not in keep:
                keep[rows_, columns] = tile_grid(dev, rows_, columns, n, 128)
            grid, work = keep[rows_, columns]
        else:
            entry = f"{'matvec' if matvec else 'small'}_{kind}_{'n' if matvec else 't'}{t}"
            tiles = (rows_ // 64 if mode == SWIGLU else ceil(rows_, 16)) if matvec else ceil(rows_, 32)
            grid = (tiles, ) if matvec else (ceil(n, 8 * t), tiles)
        dev.launch(module, entry, grid, block, w, I32(rows_), I32(columns), I32(n), *inputs, to, I32(ldo), I32(mode),
                   *work, *target)

    def step():
        one = normed and matvec and n == 1

        def norm_product(w, rows_, to, ldo, mode, target=(None, ) * 4, index=None):
            if one:
                tiles = rows_ // 64 if mode == SWIGLU else ceil(rows_, 16)
                dev.launch(module, f"norm_matvec_{kind}", (min(tiles, blocks_per_processor * dev.processors), ), 256, w,
                           I32(rows_), I32(width), x, I32(width), index, norm, F32(1e-5), to, I32(ldo), I32(mode),
                           *target)
                return
            dev.launch("step", "rms_norm", (n, ), 512, x, I32(width), index, I32(16), norm, I32(width), F32(1e-5),
                       *select(a))
            product(w, rows_, width, a, to, ldo, mode, target)

        dev.launch(module, f"embed_{kind}", (n, ), 128, output, I32(vocabulary), I32(width), rows, x, I32(width))
        for layer in range(layers):
            norm_product(weights[layer][0], ld, qkv, ld, STORE)
            rotation = (None, None, None, F32(0), table, table, I32(64), I32(1))
            if not fused:
                dev.launch("step", "rope_store", (12, n), 128, qkv, I32(ld), *rotation, rows, pages, kv, I32(layer),
                           I32(layers), I32(heads), I32(kv_heads), I32(size))
            dev.launch("step", "attention_step_d128" if fused else "attention_decode_d128", (kv_heads, n, z), 256, qkv,
                       I32(ld), *(rotation if fused else ()), rows, pages, kv, I32(layer), I32(layers), I32(heads),
                       I32(kv_heads), I32(size), partial, counters, I32(splits), *select(b))
            product(weights[layer][1], width, width, b, x, width, ADD)
            norm_product(weights[layer][2], 2 * forward, x, width, SWIGLU, select(c))
            product(weights[layer][3], width, forward, c, x, width, ADD)
        norm_product(output, vocabulary, logits, vocabulary, STORE, index=outputs)
        dev.launch("step", "scan_logits", (64, n), 256, logits, I32(vocabulary), I32(vocabulary), outputs, stats)
        dev.launch("step", "sample", (n, ), 1024, logits, I32(vocabulary), I32(vocabulary), outputs, pairs, stats, out)

    us = timer.micros([step])
    report.append({
        "kernel": f"step 8B {kind}" + (" deterministic" if deterministic else "") + ("" if fused else " rope apart") +
        ("" if normed else " norm apart") + ("" if blocks_per_processor == 2 else f" {blocks_per_processor} blocks"),
        "shape": f"length {length}",
        "n": n,
        "us": us,
        "gbs": size_bytes / us / 1e3,
        "tflops": 0,
        "tokens_per_second": n / us * 1e6
    })
    del weights, output, kv
    cp.get_default_memory_pool().free_all_blocks()


def copy_bandwidth(dev, timer):
    cp = dev.cp
    a, b = cp.empty(1 << 29, np.uint8), cp.empty(1 << 29, np.uint8)
    us = timer.micros([lambda: b.data.copy_from_device_async(a.data, a.nbytes, timer.stream)] * 4)
    return 2 * a.nbytes / us / 1e3


def torch_times(report):
    try:
        import torch
    except ImportError:
        return
    for rows, columns in [(28672, 4096), (4096, 14336)]:
        w = [torch.randn(rows, columns, device="cuda", dtype=torch.float16) for _ in range(4)]
        for n in (1, 8, 32, 128, 512, 2048):
            x = torch.randn(n, columns, device="cuda", dtype=torch.float16)
            for i in range(8):
                torch.matmul(x, w[i % 4].t())
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            start.record()
            for i in range(40):
                torch.matmul(x, w[i % 4].t())
            end.record()
            end.synchronize()
            us = start.elapsed_time(end) * 1000 / 40
            report.append({
                "kernel": "cuBLAS f16 by torch",
                "shape": f"{rows}x{columns}",
                "n": n,
                "us": us,
                "gbs": rows * columns * 2 / us / 1e3,
                "tflops": 2.0 * rows * columns * n / us / 1e6
            })


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ptx", default=str(pathlib.Path(__file__).parent / "ptx"))
    parser.add_argument("--out", default=".")
    parser.add_argument("--host")
    parser.add_argument("--types", default=",".join(TYPES))
    parser.add_argument("--seconds", type=float, default=140)
    parser.add_argument("--check-only", action="store_true")
    options = parser.parse_args()
    started = time.time()
    deadline = started + options.seconds
    dev = Host(options.host) if options.host else Gpu(options.ptx)
    print(f"# on {dev.name}", flush=True)
    out = pathlib.Path(options.out)

    def guarded(title, action):
        begun = time.time()
        try:
            action()
        except Exception as problem:  # the other checks are still worth running
            results.append({"check": title, "error": float("nan"), "tolerance": 0, "ok": False})
            print(f"FAILED {title}: {type(problem).__name__}: {problem}", flush=True)
        print(f"# {title}: {time.time() - begun:.1f} s", flush=True)
        (out / "kernels-checks.json").write_text(json.dumps(results, indent=0))

    guarded("rows", lambda: row_checks(dev))
    guarded("attention", lambda: attention_checks(dev))
    guarded("sampling", lambda: sampling_checks(dev))
    for kind in options.types.split(","):
        if not options.host and time.time() > started + 0.55 * options.seconds:
            print(f"# NOT CHECKED for lack of time: {kind}", flush=True)
            continue
        guarded(kind, lambda: matrix_checks(dev, kind))
    report = []
    if not options.host and not options.check_only:
        timer = Timer(dev)
        ceiling = copy_bandwidth(dev, timer)

        def save(action):
            try:
                action()
            except Exception as problem:
                print(f"FAILED timing: {type(problem).__name__}: {problem}", flush=True)
            (out / "kernels-times.json").write_text(
                json.dumps({
                    "card": dev.name,
                    "copy_gbs": ceiling,
                    "times": report
                }, indent=0))

        for kind, n, length in [("q4_0", 1, 512), ("q8_0", 1, 512), ("q4_k", 1, 512), ("f16", 1, 512), ("q4_0", 4, 512),
                                ("q4_0", 8, 512), ("q4_0", 16, 512), ("q4_0", 32, 512), ("q4_0", 64, 512),
                                ("q4_0", 128, 512), ("q8_0", 32, 512), ("q8_0", 128, 512)]:
            if time.time() < deadline:
                save(lambda: step_times(dev, timer, report, kind, n, length))
        save(lambda: step_times(dev, timer, report, "q4_0", 1, 512, deterministic=True))
        for extra in ({"fused": False, "normed": False}, {"normed": False}, {"blocks_per_processor": 4}):
            save(lambda: step_times(dev, timer, report, "q4_0", 1, 512, **extra))
        save(lambda: attention_times(dev, timer, report))
        save(lambda: torch_times(report))
        save(lambda: matrix_times(dev, timer, report, deadline))
        print(f"\n{dev.name}: copy bandwidth {ceiling:.0f} GB/s (read plus written)")
        print(f"{'kernel':28} {'shape':22} {'n':>5} {'us':>9} {'GB/s':>7} {'share':>6} {'TFLOP/s':>8} {'tokens/s':>9}")
        for line in report:
            tokens = f"{line['tokens_per_second']:9.0f}" if "tokens_per_second" in line else ""
            share = line["gbs"] / ceiling
            print(f"{line['kernel']:28} {line['shape']:22} {line['n']:5d} {line['us']:9.1f} {line['gbs']:7.0f} "
                  f"{share:6.2f} {line['tflops']:8.1f} {tokens}")
    failed = [r for r in results if not r["ok"]]
    print(f"\n{len(results)} comparisons, {len(failed)} failed, {time.time() - started:.0f} s")
    worst = {}
    for r in results:
        key = r["check"].split(" ")[0]
        worst[key] = max(worst.get(key, 0), r["error"] if r["ok"] else float("inf"))
    print("worst error: " + ", ".join(f"{k} {v:.1e}" for k, v in worst.items() if v > 0))
    for r in failed[:40]:
        print(f"FAILED {r['check']}: {r['error']:.3g} > {r['tolerance']:g}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
