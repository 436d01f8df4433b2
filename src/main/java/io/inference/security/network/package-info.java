/** Who may come in by its address: callers on this machine, holders of fixed keys, readers of the management port. */
@NullMarked
package io.inference.security.network;

import org.jspecify.annotations.NullMarked;
