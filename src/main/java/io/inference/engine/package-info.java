/**
 * The local inference engine: {@link io.inference.engine.Engine} loads a GGUF file and answers tokens and embeddings
 * to many callers at once. It depends on nothing but the JDK.
 */
@NullMarked
package io.inference.engine;

import org.jspecify.annotations.NullMarked;
