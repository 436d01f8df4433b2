/** The backends of a generation: their entries, a route for each, and the circuit breakers of routes. */
@NullMarked
package io.inference.routes.backend;

import org.jspecify.annotations.NullMarked;
