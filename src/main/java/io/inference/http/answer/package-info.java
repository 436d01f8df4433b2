/** Output of the door: answers, streams, errors in the format of their path, and the id of the request. */
@NullMarked
package io.inference.http.answer;

import org.jspecify.annotations.NullMarked;
