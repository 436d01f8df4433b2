"""Writes the smallest model of the Flux kind that sd-server loads: one block of each sort, random weights.

python3 -m venv v && v/bin/pip install numpy==2.4.6 && v/bin/python noise-model.py FOLDER
"""
import json
import pathlib
import struct
import sys

import numpy

RANDOM = numpy.random.default_rng(1)
HIDDEN = 128
TEXT = 768


class Weights:
    """Tensors by name, each a shape with the spread and the mean of its values."""

    def __init__(self):
        self.tensors = {}

    def add(self, name, shape, spread=0.0, mean=0.0):
        self.tensors[name] = (shape, spread, mean)

    def linear(self, name, inputs, outputs):
        self.add(name + ".weight", (outputs, inputs), inputs**-0.5)
        self.add(name + ".bias", (outputs,), 0.02)

    def norm(self, name, size):
        self.add(name + ".weight", (size,), mean=1)
        self.add(name + ".bias", (size,))

    def conv(self, name, inputs, outputs, bias=True, contrast=1.0, mean=0.0):
        self.add(name + ".weight", (outputs, inputs, 3, 3), contrast * (9 * inputs) ** -0.5)
        if bias:
            self.add(name + ".bias", (outputs,), mean=mean)

    def write(self, path):
        header, end = {}, 0
        for name, (shape, _, _) in self.tensors.items():
            begin, end = end, end + int(numpy.prod(shape)) * self.kind(shape)().itemsize
            kind = "F16" if self.kind(shape) is numpy.float16 else "F32"
            header[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [begin, end]}
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(path, "wb") as out:
            out.write(struct.pack("<Q", len(text)) + text)
            for shape, spread, mean in self.tensors.values():
                values = RANDOM.standard_normal(shape, dtype=numpy.float32) * spread + mean
                out.write(values.astype(self.kind(shape)).tobytes())

    @staticmethod
    def kind(shape):
        return numpy.float32 if len(shape) == 1 else numpy.float16


def diffusion(to):
    prefix = "model.diffusion_model."
    to.linear(prefix + "img_in", 64, HIDDEN)
    to.linear(prefix + "txt_in", 4096, HIDDEN)
    for name, inputs in (("time_in", 256), ("vector_in", TEXT)):
        to.linear(prefix + name + ".in_layer", inputs, HIDDEN)
        to.linear(prefix + name + ".out_layer", HIDDEN, HIDDEN)
    double = prefix + "double_blocks.0."
    for side in ("img", "txt"):
        to.linear(double + side + "_mod.lin", HIDDEN, 6 * HIDDEN)
        to.linear(double + side + "_attn.qkv", HIDDEN, 3 * HIDDEN)
        to.linear(double + side + "_attn.proj", HIDDEN, HIDDEN)
        to.linear(double + side + "_mlp.0", HIDDEN, 4 * HIDDEN)
        to.linear(double + side + "_mlp.2", 4 * HIDDEN, HIDDEN)
    single = prefix + "single_blocks.0."
    to.linear(single + "linear1", HIDDEN, 7 * HIDDEN)
    to.linear(single + "linear2", 5 * HIDDEN, HIDDEN)
    to.linear(single + "modulation.lin", HIDDEN, 3 * HIDDEN)
    for norm in (double + "img_attn.norm.", double + "txt_attn.norm.", single + "norm."):
        to.add(norm + "query_norm.scale", (HIDDEN,), mean=1)
        to.add(norm + "key_norm.scale", (HIDDEN,), mean=1)
    to.linear(prefix + "final_layer.linear", HIDDEN, 64)
    to.linear(prefix + "final_layer.adaLN_modulation.1", HIDDEN, 2 * HIDDEN)


def text_encoder(to):
    prefix = "text_encoders.clip_l.transformer.text_model."
    to.add(prefix + "embeddings.token_embedding.weight", (49408, TEXT), 0.02)
    to.add(prefix + "embeddings.position_embedding.weight", (77, TEXT), 0.01)
    for layer in range(12):
        block = prefix + "encoder.layers.%d." % layer
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            to.linear(block + "self_attn." + name, TEXT, TEXT)
        to.linear(block + "mlp.fc1", TEXT, 4 * TEXT)
        to.linear(block + "mlp.fc2", 4 * TEXT, TEXT)
        to.norm(block + "layer_norm1", TEXT)
        to.norm(block + "layer_norm2", TEXT)
    to.norm(prefix + "final_layer_norm", TEXT)


def autoencoder(to, channels=64, latent=16):
    def blocks(*names):
        for name in names:
            for i in (0, 2, 4):
                to.conv("%s.conv.%d" % (name, i), channels, channels)

    encoder, decoder = "encoder.layers.", "decoder.layers."
    to.conv(encoder + "0", 3, channels)
    blocks(encoder + "1")
    for i in (2, 6, 10):
        to.conv(encoder + str(i), channels, channels, bias=False)
        blocks(*(encoder + str(i + j) for j in (1, 2, 3)))
    to.conv(encoder + "14", channels, latent)
    to.conv(decoder + "0", latent, channels)
    for i in (2, 7, 12):
        blocks(*(decoder + str(i + j) for j in (0, 1, 2)))
        to.conv(decoder + str(i + 4), channels, channels, bias=False)
    blocks(decoder + "17")
    # Little contrast makes the files of the pictures small.
    to.conv(decoder + "18", channels, 3, contrast=0.01, mean=0.5)


folder = pathlib.Path(sys.argv[1])
model = Weights()
diffusion(model)
text_encoder(model)
model.write(folder / "noise.safetensors")
tiny = Weights()
autoencoder(tiny)
tiny.write(folder / "noise-tae.safetensors")
