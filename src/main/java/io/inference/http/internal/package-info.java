/** The internal endpoints, for operators and neighbouring services with a key and an allowed address. */
@NullMarked
package io.inference.http.internal;

import org.jspecify.annotations.NullMarked;
