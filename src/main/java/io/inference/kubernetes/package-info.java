/**
 * The cluster that the service runs in: watches by routes of the service context on what operators change there, and
 * what came of it, written back. Outside a cluster none of it exists.
 */
@NullMarked
package io.inference.kubernetes;

import org.jspecify.annotations.NullMarked;
