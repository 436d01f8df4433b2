/** Answers that continue on another backend if their own fails in the middle. */
@NullMarked
package io.inference.routes.resume;

import org.jspecify.annotations.NullMarked;
