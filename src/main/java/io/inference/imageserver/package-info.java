/**
 * What backends that make pictures share: the run of a request at a server that has a queue, the parameters that
 * callers may set, and what is refused in prompts. Below it is one package for each kind of server.
 */
@NullMarked
package io.inference.imageserver;

import org.jspecify.annotations.NullMarked;
