/** Tokens that an issuer signed: its keys, what must hold of a token, and who its claims say the caller is. */
@NullMarked
package io.inference.security.jwt;

import org.jspecify.annotations.NullMarked;
