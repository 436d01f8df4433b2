/** Access by address: callers on this machine, holders of configured keys, and readers of the management port. */
@NullMarked
package io.inference.security.network;

import org.jspecify.annotations.NullMarked;
