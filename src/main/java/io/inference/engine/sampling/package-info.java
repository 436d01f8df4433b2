/**
 * Chooses the next token from a model's logits: penalties, temperature, top-k, top-p, min-p and seeded sampling, and
 * the log probabilities that are reported with it.
 */
@NullMarked
package io.inference.engine.sampling;

import org.jspecify.annotations.NullMarked;
