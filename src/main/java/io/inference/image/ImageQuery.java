package io.inference.image;

import org.jspecify.annotations.Nullable;

/**
 * Which pictures to list.
 *
 * @param words all have to occur in the prompt or the name, in any case; null for all pictures
 * @param after id of the last picture of the page before; null for the first page
 * @param most how many to return, at least 1
 */
public record ImageQuery(@Nullable String words, @Nullable String after, int most) {}
