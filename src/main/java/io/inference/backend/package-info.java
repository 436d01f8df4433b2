/** The backends that operators configure: entries of {@code backends.yaml} and of variables, checked and immutable. */
@NullMarked
package io.inference.backend;

import org.jspecify.annotations.NullMarked;
