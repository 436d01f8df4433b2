/**
 * Which backend has which model. Asked in the background and answered from memory, so that a backend that is slow or dead never slows
 * a listing or a request for another's model. Imports {@code api} only.
 */
@NullMarked
package io.inference.models;

import org.jspecify.annotations.NullMarked;
