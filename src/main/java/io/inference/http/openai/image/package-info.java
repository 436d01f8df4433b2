/** OpenAI's wire format of pictures: bodies as JSON or forms, answers whole or as events. */
@NullMarked
package io.inference.http.openai.image;

import org.jspecify.annotations.NullMarked;
