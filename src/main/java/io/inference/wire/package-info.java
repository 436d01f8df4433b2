/** What bytes from outside are read with, whichever door or backend they come from: bounds of JSON, and gzip. Imports nothing of ours. */
@NullMarked
package io.inference.wire;

import org.jspecify.annotations.NullMarked;
