/** Which providers there are: the {@code AuthenticationManager} of all endpoints, as the settings say. */
@NullMarked
package io.inference.security.authentication;

import org.jspecify.annotations.NullMarked;
