/** What Python's operators, {@code str}, {@code repr} and {@code format} make of the template language's values. */
@NullMarked
package io.inference.engine.template.operators;

import org.jspecify.annotations.NullMarked;
