/** The backend of servers with OpenAI's API of pictures, of which there are many: stable-diffusion.cpp's among them. */
@NullMarked
package io.inference.openai.image;

import org.jspecify.annotations.NullMarked;
