/**
 * The local inference engine: {@link io.inference.engine.Engine} loads a GGUF file and generates tokens and embeddings
 * for many callers at once. It depends on nothing but the JDK.
 */
@NullMarked
package io.inference.engine;

import org.jspecify.annotations.NullMarked;
