/**
 * Who may come in, and how much it may ask. Doors ask here, nothing else decides: {@link Admittance} for what comes over HTTP,
 * {@link Tokens} for a credential of any door, the processors for what routes say of groups.
 */
@NullMarked
package io.inference.security;

import org.jspecify.annotations.NullMarked;
