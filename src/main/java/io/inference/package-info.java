/** The service: its entry point. Each package below is one door, one feature, one backend or one shared part. */
@NullMarked
package io.inference;

import org.jspecify.annotations.NullMarked;
