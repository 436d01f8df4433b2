/**
 * The model: its shape from a file's metadata, its weights, and the forward pass over a batch of sequences whose keys
 * and values are in shared pages.
 */
@NullMarked
package io.inference.engine.model;

import org.jspecify.annotations.NullMarked;
