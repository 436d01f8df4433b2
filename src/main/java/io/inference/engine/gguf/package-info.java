/**
 * Reads GGUF model files: a memory map over the whole file, the metadata as typed values and every tensor as a slice of
 * the map. Nothing is copied on load, and nothing in a file is trusted: each count, length and offset is checked before
 * it is used, so that a broken or malicious file causes a {@link io.inference.engine.gguf.GgufException}.
 */
@NullMarked
package io.inference.engine.gguf;

import org.jspecify.annotations.NullMarked;
