/** Shared by doors and generations of routes: publishing points, and how a route is run. */
@NullMarked
package io.inference.routes.door;

import org.jspecify.annotations.NullMarked;
