#!/bin/sh
# Compiles the CUDA kernels to PTX with NVRTC, assembles it for every architecture, and writes it to
# src/main/resources/cuda with the SHA-256 of each file; built.txt says of which sources it is, which PtxTest compares.
# Fails, and writes nothing, if a hot kernel spills registers.
# Needs python3 and its venv module and, the first time, a Python package registry; no GPU and no CUDA toolkit.
#
#   build.sh          compile, assemble and write
#   build.sh --check  compile, assemble, and fail if the files in the repository differ
#
# If the packages cannot be had it says so in one line and ends well: the PTX in the repository stays as it is.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${CUDA_BUILD_DIR:-$root/target/cuda}
python=$work/venv/bin/python3
mkdir -p "$work"

if ! "$python" -c 'import nvidia.cuda_nvrtc, nvidia.cuda_runtime, nvidia.cuda_nvcc' 2>/dev/null; then
    if ! { python3 -m venv "$work/venv" \
        && "$python" -m pip install --quiet --disable-pip-version-check nvidia-cuda-nvrtc-cu12==12.6.85 \
            nvidia-cuda-runtime-cu12==12.6.77 nvidia-cuda-nvcc-cu12==12.6.85; } >"$work/install.log" 2>&1; then
        echo "cuda: the compiler's packages cannot be installed (see $work/install.log); the PTX is not rebuilt"
        exit 0
    fi
fi
exec "$python" "$here/compile.py" "$root/src/main/resources/cuda" "$work" "$@"
