/** The processors of the flows, which route files use by name. */
@NullMarked
package io.inference.routes.flow;

import org.jspecify.annotations.NullMarked;
