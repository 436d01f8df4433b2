/** Requests of callers, whatever the door. */
@NullMarked
package io.inference.api.request;

import org.jspecify.annotations.NullMarked;
