/** The processors of the flows, by the names that route files use. */
@NullMarked
package io.inference.routes.flow;

import org.jspecify.annotations.NullMarked;
