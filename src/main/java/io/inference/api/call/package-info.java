/** The {@link io.inference.api.call.Call} of a request: its caller, its operation and its usage of tokens. */
@NullMarked
package io.inference.api.call;

import org.jspecify.annotations.NullMarked;
