/** API keys on the wire: reads what an admin asks for, writes what there is. A key itself is written once, when it is made. */
@NullMarked
package io.inference.http.keys;

import org.jspecify.annotations.NullMarked;
