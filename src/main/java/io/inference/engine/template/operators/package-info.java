/**
 * Python's operators, {@code str}, {@code repr}, {@code format} and {@code strftime} on values of the template
 * language.
 */
@NullMarked
package io.inference.engine.template.operators;

import org.jspecify.annotations.NullMarked;
