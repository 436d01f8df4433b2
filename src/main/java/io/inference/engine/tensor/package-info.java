/**
 * The operations of a model's forward pass, as one interface with several implementations. This package defines the
 * shapes of weights, activations and pages of the key-value cache; a backend defines how they are computed.
 */
@NullMarked
package io.inference.engine.tensor;

import org.jspecify.annotations.NullMarked;
