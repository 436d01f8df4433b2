/**
 * The backend that is any server with OpenAI's API: vLLM, TGI, llama.cpp, another of these services, or OpenAI's own.
 */
@NullMarked
package io.inference.openai;

import org.jspecify.annotations.NullMarked;
