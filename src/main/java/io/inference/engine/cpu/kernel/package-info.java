/**
 * Kernels on vectors of floats, and what all kernels share: the shapes of vectors, the exponential and the worker
 * threads.
 */
@NullMarked
package io.inference.engine.cpu.kernel;

import org.jspecify.annotations.NullMarked;
