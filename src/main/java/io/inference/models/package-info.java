/**
 * The backends that live, and which of them has which model. Lists are fetched in the background and kept in memory, so
 * that a slow or unavailable backend never delays a listing or a request for another backend's model.
 */
@NullMarked
package io.inference.models;

import org.jspecify.annotations.NullMarked;
