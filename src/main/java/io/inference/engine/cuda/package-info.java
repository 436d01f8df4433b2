/**
 * The model on an NVIDIA GPU. Weights, activations, the key-value cache and sampling are on the device; a step copies
 * its parameters there and the sampled tokens back. The kernels are in {@code src/main/cuda}, as PTX among the
 * resources.
 */
@NullMarked
package io.inference.engine.cuda;

import org.jspecify.annotations.NullMarked;
