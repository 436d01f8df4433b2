/**
 * Stands in for servers that a machine does not have: here an issuer of tokens. Only with the profile {@code embedded}, and only while
 * every listener is on loopback. Nothing imports this package.
 */
@NullMarked
package io.inference.embedded;

import org.jspecify.annotations.NullMarked;
