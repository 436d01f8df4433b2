/** Pictures on other servers, fetched without reaching this network or this machine. */
@NullMarked
package io.inference.image.remote;

import org.jspecify.annotations.NullMarked;
