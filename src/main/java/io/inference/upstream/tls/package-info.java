/** TLS to backends with certificates of their own, from PEM files that may be renewed. */
@NullMarked
package io.inference.upstream.tls;

import org.jspecify.annotations.NullMarked;
