/**
 * The {@link io.inference.api.call.Call} that a request is: who makes it, what it asks for and how many tokens it used.
 */
@NullMarked
package io.inference.api.call;

import org.jspecify.annotations.NullMarked;
