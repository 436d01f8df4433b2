"""Compiles the CUDA sources to PTX with NVRTC, through its C interface; build.sh calls it."""

import concurrent.futures
import ctypes
import gzip
import hashlib
import pathlib
import re
import subprocess
import sys

import nvidia.cuda_nvcc
import nvidia.cuda_nvrtc

SOURCES = pathlib.Path(__file__).parent
# Of which sources the stored PTX is, and what ptxas says of the kernels that take nearly all of the time.
BUILT = SOURCES / "built.txt"
TYPES = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
MODULES = {f"matrix_{kind.lower()}": ("matrix.cu", [f"-DTYPE={kind}"]) for kind in TYPES} | {"step": ("step.cu", [])}
# The PTX that a card gets, and what ptxas assembles it for.
TARGETS = {"compute_70": ["sm_70", "sm_75"], "compute_80": ["sm_80", "sm_86", "sm_89", "sm_90"]}
# Kernels that take nearly all of the time, and the bytes of registers that each may spill on a card with tensor cores.
# Those with a limit above 0 ask for two blocks of threads on a multiprocessor, and so for at most 128 or 256 registers.
COMMON = r"(q\d_\w|f16)"
HOT = {
    rf"matvec_{COMMON}_n[12]|rms_norm|rope_store|sample|scan_logits": 0,
    rf"norm_matvec_{COMMON}|matvec_{COMMON}_n4|small_{COMMON}_t[124]|wide_{COMMON}_t8": 16,
    r"attention_\w+_d(64|128)": 24,
    rf"tile_{COMMON}": 96,
    rf"wide_{COMMON}_t16": 256,
}


def spill_limit(kernel):
    """Bytes that a kernel may spill; without bound if it is not hot."""
    return min((limit for pattern, limit in HOT.items() if re.fullmatch(pattern, kernel)), default=sys.maxsize)


def check(nvrtc, code, action):
    if code != 0:
        raise SystemExit(f"cuda: {action}: {nvrtc.nvrtcGetErrorString(code).decode()}")


def text_of(nvrtc, program, size_of, get):
    size = ctypes.c_size_t()
    check(nvrtc, size_of(program, ctypes.byref(size)), "size")
    text = ctypes.create_string_buffer(size.value)
    check(nvrtc, get(program, text), "text")
    return text.raw.rstrip(b"\0")


def compile_module(name, architecture):
    """The PTX of a module, without the trailing NUL."""
    library = pathlib.Path(nvidia.cuda_nvrtc.__path__[0]) / "lib" / "libnvrtc.so.12"
    nvrtc = ctypes.CDLL(str(library))
    nvrtc.nvrtcGetErrorString.restype = ctypes.c_char_p
    source, extra = MODULES[name]
    options = [f"--gpu-architecture={architecture}", "--std=c++17", "--fmad=false", f"-I{SOURCES}", *extra]
    program = ctypes.c_void_p()
    text = (SOURCES / source).read_bytes()
    check(nvrtc, nvrtc.nvrtcCreateProgram(ctypes.byref(program), text, source.encode(), 0, None, None), "create")
    arguments = (ctypes.c_char_p * len(options))(*[option.encode() for option in options])
    code = nvrtc.nvrtcCompileProgram(program, len(options), arguments)
    log = text_of(nvrtc, program, nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog).decode().strip()
    if log:
        print(log, file=sys.stderr)
    check(nvrtc, code, f"{name} for {architecture}")
    return text_of(nvrtc, program, nvrtc.nvrtcGetPTXSize, nvrtc.nvrtcGetPTX)


def assemble(file, target, work):
    """Registers and spills of each kernel of a PTX file."""
    ptxas = pathlib.Path(nvidia.cuda_nvcc.__path__[0]) / "bin" / "ptxas"
    command = [ptxas, "-v", f"-arch={target}", file, "-o", work / f"{file.stem}.{target}.cubin"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"cuda: ptxas {target} {file.name}: {done.stderr}")
    report = re.findall(
        r"Function properties for (\w+)\s+\d+ bytes stack frame, (\d+) bytes spill stores, \d+ bytes spill loads"
        r"\s+ptxas info\s+: Used (\d+) registers(?:.*?(\d+) bytes smem)?",
        done.stderr,
    )
    return [
        (target, kernel, int(registers), int(shared or 0), int(spilled))
        for kernel, spilled, registers, shared in report
    ]


def sources_sum():
    """SHA-256 of all sources in the order of their names, this file among them; PtxTest computes it as well."""
    digest = hashlib.sha256()
    for file in sorted(SOURCES.iterdir(), key=lambda file: file.name):
        if file.suffix in (".cu", ".cuh", ".py"):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def main():
    target, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    jobs = [(name, architecture) for name in MODULES for architecture in TARGETS]
    with concurrent.futures.ProcessPoolExecutor() as pool:
        texts = list(pool.map(compile_module, *zip(*jobs)))
    sums = {}
    for (name, architecture), text in zip(jobs, texts):
        sums[f"{name}.{architecture}.ptx"] = hashlib.sha256(text).hexdigest()
        (work / f"{name}.{architecture}.ptx").write_bytes(text)
    listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    if "--check" in sys.argv[3:]:
        compare(target, sums, listing)
    tasks = [
        (work / f"{name}.{architecture}.ptx", sm, work) for name, architecture in jobs for sm in TARGETS[architecture]
    ]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        report = [line for lines in pool.map(assemble, *zip(*tasks)) for line in lines]
    bad = [line for line in report if line[4] > spill_limit(line[1]) and line[0] not in TARGETS["compute_70"]]
    for sm, kernel, registers, _, spilled in bad:
        print(f"cuda: {kernel} for {sm} spills {spilled} bytes at {registers} registers")
    if bad:
        raise SystemExit(1)
    print(f"cuda: {len(report)} kernels assembled, no hot one spills more than it may")
    hot = "".join(
        f"{sm} {kernel} registers {registers} shared {shared} spilled {spilled}\n"
        for sm, kernel, registers, shared, spilled in sorted(report)
        if spill_limit(kernel) < sys.maxsize
    )
    built = f"sources {sources_sum()}\n{hot}"
    if "--check" in sys.argv[3:]:
        if BUILT.read_text() != built:
            raise SystemExit(f"cuda: {BUILT} is not of these sources; run build.sh")
        print(f"cuda: {len(jobs)} PTX files are up to date")
        return
    for (name, architecture), text in zip(jobs, texts):
        (target / f"{name}.{architecture}.ptx.gz").write_bytes(gzip.compress(text, 9, mtime=0))
    (target / "SHA256SUMS").write_text(listing)
    BUILT.write_text(built)
    print(f"cuda: {len(jobs)} PTX files written to {target}")


def compare(target, sums, listing):
    """Ends if the stored PTX is not what the sources give."""
    stored = {
        file.name[:-3]: hashlib.sha256(gzip.decompress(file.read_bytes())).hexdigest()
        for file in target.glob("*.ptx.gz")
    }
    if stored != sums or (target / "SHA256SUMS").read_text() != listing:
        different = sorted(name for name in stored.keys() | sums.keys() if stored.get(name) != sums.get(name))
        raise SystemExit(
            f"cuda: the PTX in the repository is not what the sources give; run build.sh ({', '.join(different)})"
        )


if __name__ == "__main__":
    main()
