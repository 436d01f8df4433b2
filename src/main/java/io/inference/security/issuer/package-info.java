/** What an issuer is asked and told by, whatever kind its tokens are: its metadata, the way to it, and what must hold of claims. */
@NullMarked
package io.inference.security.issuer;

import org.jspecify.annotations.NullMarked;
