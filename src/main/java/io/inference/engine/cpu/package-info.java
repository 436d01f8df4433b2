/**
 * The tensor operations on the CPU: a scalar backend that is the readable reference, and one on the Vector API whose
 * kernels keep their hot loops in one method each (a helper that returns a vector costs more than half the speed by
 * boxing). Weights of Q4_0, Q4_1 and Q8_0 are multiplied in integers, from a copy whose lanes are rows; other types in
 * floats, from a small panel that stays in the nearest cache.
 */
@NullMarked
package io.inference.engine.cpu;

import org.jspecify.annotations.NullMarked;
