/** Metrics of routes, and the result of each change of them. */
@NullMarked
package io.inference.routes.status;

import org.jspecify.annotations.NullMarked;
