/**
 * The operations a model's forward pass is made of, as one interface with several implementations: the shapes of
 * weights, activations and of the pages of the key-value cache are defined here, how they are computed is a backend's.
 */
@NullMarked
package io.inference.engine.tensor;

import org.jspecify.annotations.NullMarked;
