/** PEM files of certificates and keys that may be renewed while the service runs, for every listener with TLS. */
@NullMarked
package io.inference.tls;

import org.jspecify.annotations.NullMarked;
