/** Limits: how many calls may wait, and how many requests, tokens and open streams a caller may have. */
@NullMarked
package io.inference.limits;

import org.jspecify.annotations.NullMarked;
