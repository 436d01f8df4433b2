/**
 * Pictures of callers: their records, and what doors and flows may do with them. The subpackages check pictures, keep
 * their files on the volume of IMAGE_DIR and their rows in PostgreSQL.
 */
@NullMarked
package io.inference.image;

import org.jspecify.annotations.NullMarked;
