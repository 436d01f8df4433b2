/** Who may come in and how much it may ask. Doors ask here; nothing else decides. */
@NullMarked
package io.inference.security;

import org.jspecify.annotations.NullMarked;
