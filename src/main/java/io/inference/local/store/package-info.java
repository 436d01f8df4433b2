/**
 * Model files: the catalogue of known models, and the folder into which they are fetched once, complete and verified,
 * however many threads or processes need them at the same time.
 */
@NullMarked
package io.inference.local.store;

import org.jspecify.annotations.NullMarked;
