/**
 * Route files as generations: all files of the folder load into one Camel context, are checked together, and are published to the
 * doors in one step. What a fault says to the operator is made here too.
 */
@NullMarked
package io.inference.routes;

import org.jspecify.annotations.NullMarked;
