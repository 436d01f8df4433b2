/** Products with weights of Q4_0, Q4_1 and Q8_0, in integers. */
@NullMarked
package io.inference.engine.cpu.quantized;

import org.jspecify.annotations.NullMarked;
