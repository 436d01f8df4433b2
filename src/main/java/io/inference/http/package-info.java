/** The settings of the REST door, which its packages share. */
@NullMarked
package io.inference.http;

import org.jspecify.annotations.NullMarked;
