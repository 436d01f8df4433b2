/** Selects the providers of the {@code AuthenticationManager} of all endpoints by the settings. */
@NullMarked
package io.inference.security.authentication;

import org.jspecify.annotations.NullMarked;
