/** Communication with an issuer, for all kinds of tokens: its metadata, the HTTP client, and the rules for claims. */
@NullMarked
package io.inference.security.issuer;

import org.jspecify.annotations.NullMarked;
