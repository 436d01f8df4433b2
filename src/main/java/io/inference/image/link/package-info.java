/** Links to pictures for browsers, which need no token: signed, expiring and revocable. */
@NullMarked
package io.inference.image.link;

import org.jspecify.annotations.NullMarked;
