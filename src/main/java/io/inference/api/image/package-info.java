/** Pictures as doors, the store and backends exchange them. */
@NullMarked
package io.inference.api.image;

import org.jspecify.annotations.NullMarked;
