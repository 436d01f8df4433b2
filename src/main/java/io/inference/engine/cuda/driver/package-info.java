/**
 * The CUDA driver through JCuda, with checked calls: device, context, memory, streams, kernels and graphs. Nothing here
 * knows of models. Needs nothing but the driver's {@code libcuda.so.1}.
 */
@NullMarked
package io.inference.engine.cuda.driver;

import org.jspecify.annotations.NullMarked;
