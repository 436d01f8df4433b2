/** Tokens that an issuer signed: its keys, the verification of tokens, and the caller in their claims. */
@NullMarked
package io.inference.security.jwt;

import org.jspecify.annotations.NullMarked;
