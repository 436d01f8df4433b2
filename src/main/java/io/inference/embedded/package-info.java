/**
 * Servers for a machine that has none, each private to this process. Nothing outside imports this package: its configuration class is
 * found by the component scan, and the production jar is built without it.
 */
@NullMarked
package io.inference.embedded;

import org.jspecify.annotations.NullMarked;
