/**
 * The tensor operations on the CPU: a scalar backend that is the readable reference, and one on the Vector API whose
 * kernels keep their hot loops in one method each (a helper that returns a vector costs more than half the speed by
 * boxing) and work on weights dequantised in registers or in a small panel that stays in the nearest cache.
 */
@NullMarked
package io.inference.engine.cpu;

import org.jspecify.annotations.NullMarked;
