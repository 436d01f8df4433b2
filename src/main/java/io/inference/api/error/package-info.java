/** Why a call failed: a reason code, and the exception that carries it. */
@NullMarked
package io.inference.api.error;

import org.jspecify.annotations.NullMarked;
