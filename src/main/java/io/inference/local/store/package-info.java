/**
 * Model files: the catalogue of known models, and the folder that they are fetched into once, whole and verified,
 * however many starters ask for them at the same time.
 */
@NullMarked
package io.inference.local.store;

import org.jspecify.annotations.NullMarked;
