/**
 * Continuous batching: which sequences take part in the next step of the model. Sequences join and leave between steps,
 * are admitted by priority and then fairly among callers, and share the pages of common prefixes.
 */
@NullMarked
package io.inference.engine.batch;

import org.jspecify.annotations.NullMarked;
