/** Answers of backends: complete, or as a stream. */
@NullMarked
package io.inference.api.answer;

import org.jspecify.annotations.NullMarked;
