/**
 * TLS at the REST door: reads the certificate and its key from PEM files, and loads renewed ones while the service
 * runs. Open connections keep the certificate that they began with.
 */
@NullMarked
package io.inference.http.tls;

import org.jspecify.annotations.NullMarked;
