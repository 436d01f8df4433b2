/**
 * How much a caller may ask of a model in a minute, in requests and in tokens, and how many streams it may hold open. Buckets are shared
 * by all replicas through Redis where there is one; while it is away each replica counts for itself.
 */
@NullMarked
package io.inference.security.limits;

import org.jspecify.annotations.NullMarked;
