"""Compiles the CUDA sources to PTX with NVRTC, through its C interface. Needs no GPU and no CUDA toolkit."""

import ctypes
import pathlib
import sys

TYPES = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
ARCHITECTURES = ["compute_70", "compute_80"]


def check(nvrtc, code, action):
    if code != 0:
        raise SystemExit(f"{action}: {nvrtc.nvrtcGetErrorString(code).decode()}")


def ptx(nvrtc, source, options):
    """The PTX of a source file, without the trailing NUL."""
    program = ctypes.c_void_p()
    name = source.name.encode()
    check(nvrtc, nvrtc.nvrtcCreateProgram(ctypes.byref(program), source.read_bytes(), name, 0, None, None), "create")
    arguments = [option.encode() for option in options]
    code = nvrtc.nvrtcCompileProgram(program, len(arguments), (ctypes.c_char_p * len(arguments))(*arguments))
    size = ctypes.c_size_t()
    check(nvrtc, nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size)), "log")
    log = ctypes.create_string_buffer(size.value)
    check(nvrtc, nvrtc.nvrtcGetProgramLog(program, log), "log")
    if log.value.strip():
        print(log.value.decode(), file=sys.stderr)
    check(nvrtc, code, f"{source.name} {' '.join(options)}")
    check(nvrtc, nvrtc.nvrtcGetPTXSize(program, ctypes.byref(size)), "size")
    result = ctypes.create_string_buffer(size.value)
    check(nvrtc, nvrtc.nvrtcGetPTX(program, result), "ptx")
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return result.raw.rstrip(b"\0")


def modules():
    """Name, source file and extra options of every module."""
    for kind in TYPES:
        yield f"matrix_{kind.lower()}", "matrix.cu", [f"-DTYPE={kind}"]
    yield "step", "step.cu", []


def main():
    library, sources, target = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    only = sys.argv[4:]
    nvrtc = ctypes.CDLL(library)
    nvrtc.nvrtcGetErrorString.restype = ctypes.c_char_p
    target.mkdir(parents=True, exist_ok=True)
    for name, source, extra in modules():
        if only and name not in only:
            continue
        for architecture in ARCHITECTURES:
            options = [f"--gpu-architecture={architecture}", "--std=c++17", "--fmad=false", f"-I{sources}"]
            text = ptx(nvrtc, sources / source, options + extra)
            (target / f"{name}.{architecture}.ptx").write_bytes(text)


if __name__ == "__main__":
    main()
