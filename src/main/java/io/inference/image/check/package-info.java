/**
 * What a picture is by its content: type, size, whether it is complete, and its parts without metadata. Pictures are
 * from outside: nothing is allocated or decoded before the header has been found to be within the limits.
 */
@NullMarked
package io.inference.image.check;

import org.jspecify.annotations.NullMarked;
