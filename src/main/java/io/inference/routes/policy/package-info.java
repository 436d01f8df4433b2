/** Steps that decide how often, how long and where an answer is asked for: routes name them as their operators wish. */
@NullMarked
package io.inference.routes.policy;

import org.jspecify.annotations.NullMarked;
