/**
 * Kernels on vectors of floats, and the code that all kernels share: vector shapes, the exponential and the worker
 * threads.
 */
@NullMarked
package io.inference.engine.cpu.kernel;

import org.jspecify.annotations.NullMarked;
