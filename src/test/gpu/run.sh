#!/usr/bin/env bash
# The checks that need a GPU, for a machine with a driver and Python but no JDK, no model files and no network.
#
#   mvn test-compile && src/test/gpu/run.sh pack DIR    here: puts all that the run needs into DIR, about 35 MiB
#   OUT=results DIR/run.sh run                          there: correctness, sanitizer, benchmark; under 7 minutes
#   DIR/run.sh run --tiny                               anywhere: the same steps with tiny models, for the test double
#
# It writes model files with random weights in the shapes of real models, compares kernels and logits with the CPU,
# runs NVIDIA's memory checker, measures, and compares the kernels' outputs with those that the test double gave when
# the folder was packed. The table comes last; $OUT has the raw results.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
jvm=(--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Xmx8g)

pack() {
    set -e
    local target=$1 root jdk jar
    root=$(cd "$here/../../.." && pwd)
    jdk=${JAVA25_HOME:-/usr/lib/jvm/temurin-25-jdk-amd64}
    rm -rf "$target"
    mkdir -p "$target/classes/io/inference"
    cp "$here"/run.sh "$here"/*.py "$target"
    "$jdk/bin/jlink" --add-modules java.base,java.logging,jdk.incubator.vector,jdk.unsupported \
        --strip-debug --no-header-files --no-man-pages --output "$target/jdk"
    rm -f "$target"/jdk/lib/server/*.jsa
    tar -C "$target" -cJf "$target/jdk.tar.xz" jdk
    rm -rf "$target/jdk"
    cp -r "$root/target/classes/io/inference/engine" "$target/classes/io/inference"
    cp -r "$root/target/test-classes/io/inference/engine" "$target/classes/io/inference"
    cp -r "$root/target/classes/cuda" "$target/classes"
    for jar in org/jcuda/jcuda/12*/jcuda-*.jar org/jspecify/jspecify/1.0.0/jspecify-*.jar; do
        cp "$HOME"/.m2/repository/$jar "$target"
    done
    # Of JCuda's native libraries the driver's binding alone.
    python3 - "$HOME"/.m2/repository/org/jcuda/jcuda-natives/*/jcuda-natives-*-linux-x86_64.jar "$target/natives.jar" <<'PY'
import sys
import zipfile

with zipfile.ZipFile(sys.argv[-2]) as source, zipfile.ZipFile(sys.argv[-1], "w", zipfile.ZIP_DEFLATED) as target:
    for name in source.namelist():
        if "libJCudaDriver" in name:
            target.writestr(name, source.read(name))
PY
    (cd "$target" && python3 -m zipfile -c classes.zip classes/io classes/cuda && rm -rf classes)
    if [ -e "$root/target/cuda-double/libcuda.so.1" ]; then
        mkdir "$target/double"
        for capability in 70 80; do
            LD_LIBRARY_PATH="$root/target/cuda-double" CUDA_DOUBLE="devices=1,compute_capability=$capability" \
                "$jdk/bin/java" "${jvm[@]}" -cp "$root/target/classes:$root/target/test-classes:$(jars "$target")" \
                io.inference.engine.cuda.kernel.KernelChecks "$target/double/$capability.bin"
        done
    fi
    du -sh "$target"
}

jars() {
    local list
    list=$(ls "$1"/*.jar)
    echo "${list//$'\n'/:}"
}

# ---- There.

started=$SECONDS
most=${GPU_SECONDS:-410}
slower=1 # factor of every limit: the test double is slow

left() { echo $((most - (SECONDS - started))); }

# step NAME SECONDS COMMAND...: runs it within its time and the whole run's, and says how it ended.
step() {
    local name=$1 limit=$2 code from=$SECONDS
    shift 2
    limit=$((limit * slower))
    [ "$limit" -lt "$(left)" ] || limit=$(left)
    if [ "$limit" -lt 3 ]; then
        printf 'STEP\t%s\tnot run: no time left\n' "$name" | tee -a "$results"
        return 1
    fi
    timeout -k 3 "$limit" "$@" >"$work/step.log" 2>&1
    code=$?
    { echo "==== $name"; cat "$work/step.log"; } >>"$OUT/log.txt"
    grep '^RESULT' "$work/step.log" >>"$results"
    printf 'STEP\t%s\t%s\t%d s\n' "$name" "$([ $code = 0 ] && echo passed || echo "FAILED ($code)")" \
        $((SECONDS - from)) | tee -a "$results"
    [ $code = 0 ] || tail -5 "$work/step.log"
    return $code
}

# The native library lies unpacked: processes that unpack it at the same time would read half of it.
java() { "$work/jdk/bin/java" "${jvm[@]}" -Djava.library.path="$work/natives/lib" -cp "$classpath" "$@"; }
export -f java

gguf() { java io.inference.engine.RandomGguf "$@"; }

kernels() {
    local groups=("step" "f32,f16,bf16" "q4_0,q4_1,q8_0" "q5_0,q5_1" "q4_k,q5_k" "q6_k") i pids=() code=0
    for i in "${!groups[@]}"; do
        java io.inference.engine.cuda.kernel.KernelChecks "$work/kernels.$i.bin" "${groups[$i]}" >"$work/kernels.$i.log" 2>&1 &
        pids+=($!)
    done
    for i in "${pids[@]}"; do
        wait "$i" || code=1
    done
    cat "$work"/kernels.*.log
    cat "$work"/kernels.*.bin >"$OUT/kernels.bin"
    return $code
}

compare() {
    local file=$work/two-layers.$1.$2.gguf code
    set -o pipefail
    gguf "$1" "$2" "$file" 2 | grep -v '^RESULT' &&
        java io.inference.engine.cuda.GpuCheck compare "$file" | sed "s/^RESULT\t/RESULT\t$1 $2 /"
    code=$?
    rm -f "$file"
    return $code
}

sanitizer() {
    local tool=$1
    shift
    "$checker" --tool "$tool" --error-exitcode 9 --target-processes all "$work/jdk/bin/java" "${jvm[@]}" \
        -Djava.library.path="$work/natives/lib" -cp "$classpath" "$@" | tee "$work/$tool.txt"
    # The last line of memcheck, or that of racecheck.
    grep -qE 'ERROR SUMMARY: 0 errors|RACECHECK SUMMARY: 0 hazards' "$work/$tool.txt"
}

export -f gguf kernels compare sanitizer

run() {
    local compared measured tiny=no model type file
    [ "${1:-}" = --tiny ] && tiny=yes
    export OUT=${OUT:-$PWD/gpu-results} work results classpath checker
    mkdir -p "$OUT"
    work=$(mktemp -d "${TMPDIR:-/tmp}/gpu-check.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    results=$OUT/results.tsv
    : >"$results"
    tar -C "$work" -xJf "$here/jdk.tar.xz" 2>/dev/null ||
        python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$here/jdk.tar.xz" "$work"
    python3 -m zipfile -e "$here/classes.zip" "$work/classes" && chmod +x "$work"/jdk/bin/* "$work"/jdk/lib/jspawnhelper
    python3 -m zipfile -e "$here/natives.jar" "$work/natives"
    classpath=$work/classes:$(jars "$here")
    export CUDA_CACHE_MAXSIZE=4294967296
    if ! ldconfig -p | grep -q libcuda.so.1 && [ -d /usr/local/nvidia/lib64 ]; then
        export LD_LIBRARY_PATH=/usr/local/nvidia/lib64:${LD_LIBRARY_PATH:-}
    fi
    { nvidia-smi; nproc; free -g; df -h "$work"; } >"$OUT/machine.txt" 2>&1
    nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null |
        sed 's/^/RESULT\tdevice\t/' | tee -a "$results"
    checker=$(command -v compute-sanitizer ||
        find /usr/local /opt /usr/lib /usr/bin -name compute-sanitizer \( -type f -o -type l \) -perm -u+x 2>/dev/null | head -1)
    # Shell arrays do not reach the functions that timeout starts in a new shell.
    export jvm_options="${jvm[*]}"

    if [ $tiny = yes ]; then
        slower=10 most=${GPU_SECONDS:-3600}
        compared="tiny:Q4_0 tiny:F16 tiny-qwen:Q4_0 tiny-qwen:F16" measured="tiny:Q4_0 tiny-qwen:F16"
    else
        # What matters most comes first, in case the time runs out.
        compared="llama-3.1-8b:Q4_0 llama-3.2-1b:Q4_0 llama-3.2-1b:Q8_0 llama-3.2-1b:F16 qwen3-4b:Q8_0"
        compared+=" smollm2-135m:Q8_0 smollm2-135m:Q4_0 qwen3-4b:Q4_0 smollm2-135m:F16 qwen3-4b:F16"
        measured="llama-3.1-8b:Q4_0 llama-3.2-1b:Q4_0 qwen3-4b:Q4_0 smollm2-135m:Q4_0"
        measured+=" llama-3.2-1b:Q8_0 qwen3-4b:Q8_0 smollm2-135m:Q8_0 llama-3.2-1b:F16 qwen3-4b:F16 smollm2-135m:F16"
    fi

    # (a) Correctness.
    step "kernels against their references" 75 bash -c 'jvm=($jvm_options); kernels'
    for model in $compared; do
        step "logits against the CPU, ${model/:/ }" 40 \
            bash -c 'jvm=($jvm_options); compare "$@"' - "${model%:*}" "${model#*:}"
    done

    # (b) The memory checker, with a tiny model and with every kernel on buffers of their own.
    gguf tiny Q4_0 "$work/tiny.gguf" >/dev/null 2>&1
    if [ -n "$checker" ]; then
        step "compute-sanitizer memcheck, a tiny model" 45 \
            bash -c 'jvm=($jvm_options); sanitizer memcheck "$@"' - io.inference.engine.cuda.GpuCheck tiny "$work/tiny.gguf"
        step "compute-sanitizer memcheck, kernels" 30 \
            bash -c 'jvm=($jvm_options); sanitizer memcheck "$@"' - \
            io.inference.engine.cuda.kernel.KernelChecks "$work/checked.bin" step,q4_0
        step "compute-sanitizer racecheck, kernels" 30 \
            bash -c 'jvm=($jvm_options); sanitizer racecheck "$@"' - \
            io.inference.engine.cuda.kernel.KernelChecks "$work/checked.bin" step,q4_0
    else
        step "a tiny model (compute-sanitizer is not installed)" 30 \
            bash -c 'jvm=($jvm_options); java "$@"' - io.inference.engine.cuda.GpuCheck tiny "$work/tiny.gguf"
    fi

    # (c) The benchmark: what this machine can do, then what the engine does.
    if python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
        step "cuBLAS and copy bandwidth through PyTorch" 30 python3 "$here/reference.py"
    else
        printf 'STEP\tcuBLAS and copy bandwidth\tnot run: no PyTorch with a device\n' | tee -a "$results"
    fi
    for model in $measured; do
        type=${model#*:}
        model=${model%:*}
        file=$work/$model.gguf
        [ "$(left)" -gt 15 ] || continue
        step "writing $model $type" 25 bash -c 'jvm=($jvm_options); gguf "$@"' - "$model" "$type" "$file" || continue
        step "benchmark, $model $type" 45 bash -c 'jvm=($jvm_options); java "$@"' - \
            io.inference.engine.cuda.GpuCheck bench "$file" "$model $type" "$([ $tiny = yes ] && echo 3 || echo 8)"
        rm -f "$file"
    done

    # (d) The double's outputs beside the device's, and the table.
    python3 "$here/report.py" "$results" "$OUT/kernels.bin" "$here/double" | tee "$OUT/table.md"
    ! grep -q FAILED "$results"
}

case ${1:-} in
pack) pack "$2" ;;
run) run "${2:-}" ;;
*) sed -n '2,11p' "$0" ;;
esac
