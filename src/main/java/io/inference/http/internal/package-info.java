/** The internal endpoints: what operators and neighbouring services may look at, with a key and from an address that may. */
@NullMarked
package io.inference.http.internal;

import org.jspecify.annotations.NullMarked;
