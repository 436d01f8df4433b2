"""What the machine can do: copy bandwidth, and the matrix products of the models' shapes by cuBLAS in half precision.

The products of one step for 1 to 128 tokens run as one CUDA graph over weights as large as the model's, so that no
cache holds them: the time is a bound for any engine that keeps its weights in half precision.
"""

import sys
import time

import torch

SHAPES = {
    "smollm2-135m": (30, 576, 576, 192, 1536, 49152),
    "llama-3.2-1b": (16, 2048, 2048, 512, 8192, 128256),
    "qwen3-4b": (36, 2560, 4096, 1024, 9728, 151936),
    "llama-3.1-8b": (32, 4096, 4096, 1024, 14336, 128256),
}


def milliseconds(action, repeats=5):
    """The median time of an action on the device."""
    action()
    times = []
    for _ in range(repeats):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        action()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end))
    return sorted(times)[len(times) // 2]


def copy_bandwidth():
    source = torch.empty(1 << 32, dtype=torch.uint8, device="cuda").random_(0, 256)
    target = torch.empty_like(source)
    print(f"RESULT\tcopy GB/s\t{2 * source.numel() / milliseconds(lambda: target.copy_(source)) / 1e6:.0f}")
    product = torch.randn(8192, 8192, device="cuda").half()
    print(f"RESULT\tcuBLAS half TFLOP/s\t{2 * 8192**3 / milliseconds(lambda: product @ product) / 1e9:.0f}")


def products(name, layers, width, queries, keys, feed_forward, vocabulary):
    def weight(rows, columns):
        return torch.empty(rows, columns, device="cuda", dtype=torch.half).uniform_(-0.03, 0.03)

    stack = [
        (weight(queries + 2 * keys, width), weight(width, queries), weight(2 * feed_forward, width), weight(width, feed_forward))
        for _ in range(layers)
    ]
    output = weight(vocabulary, width)
    for tokens in (1, 8, 32, 128, 512, 4096):
        x = torch.randn(tokens, width, device="cuda").half()
        attention = torch.randn(tokens, queries, device="cuda").half()
        inner = torch.randn(tokens, feed_forward, device="cuda").half()

        def step(rows=tokens):
            for qkv, out, gate_up, down in stack:
                x @ qkv.T
                attention @ out.T
                x @ gate_up.T
                inner @ down.T
            x[: min(rows, 128)] @ output.T

        step()
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        time_taken = milliseconds(graph.replay)
        print(f"RESULT\tcuBLAS {name} tokens/s at {tokens}\t{tokens / time_taken * 1000:.0f}", flush=True)
        del graph


if __name__ == "__main__":
    begin = time.time()
    copy_bandwidth()
    for model, shape in SHAPES.items():
        if time.time() - begin > 35:
            sys.exit(0)
        products(model, *shape)
        torch.cuda.empty_cache()
