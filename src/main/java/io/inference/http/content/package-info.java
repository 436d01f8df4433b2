/** Files as answers: conditions and ranges of RFC 9110, and sending them from the file to the socket. */
@NullMarked
package io.inference.http.content;

import org.jspecify.annotations.NullMarked;
