/** The backend for any server with OpenAI's API: vLLM, TGI, llama.cpp, another instance of this service, or OpenAI. */
@NullMarked
package io.inference.openai;

import org.jspecify.annotations.NullMarked;
