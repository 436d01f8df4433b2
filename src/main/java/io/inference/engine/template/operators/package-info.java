/** What Python's operators, {@code str}, {@code repr}, {@code format} and {@code strftime} make of the template language's values. */
@NullMarked
package io.inference.engine.template.operators;

import org.jspecify.annotations.NullMarked;
