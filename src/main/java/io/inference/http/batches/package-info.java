/** OpenAI's files and batches on the wire: uploads read, files and batches written as its clients expect them. */
@NullMarked
package io.inference.http.batches;

import org.jspecify.annotations.NullMarked;
