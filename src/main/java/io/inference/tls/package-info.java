/** Certificates and keys in files that may be renewed while the service runs, at whichever door. */
@NullMarked
package io.inference.tls;

import org.jspecify.annotations.NullMarked;
