/** Failures of calls: reason codes, and the exception that carries them. */
@NullMarked
package io.inference.api.error;

import org.jspecify.annotations.NullMarked;
