/** The pictures that requests name: their owner's stored ones, and those on other servers. */
@NullMarked
package io.inference.image.input;

import org.jspecify.annotations.NullMarked;
