/** Stored pictures over REST: the steps that {@code rest-images.camel.yaml} names, and links that need no token. */
@NullMarked
package io.inference.http.images;

import org.jspecify.annotations.NullMarked;
