/** What doors share with generations of routes: where each publishes what it serves, and how a route is run. */
@NullMarked
package io.inference.routes.door;

import org.jspecify.annotations.NullMarked;
