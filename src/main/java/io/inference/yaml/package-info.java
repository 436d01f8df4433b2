/** YAML files of operators: the places of their faults. */
@NullMarked
package io.inference.yaml;

import org.jspecify.annotations.NullMarked;
