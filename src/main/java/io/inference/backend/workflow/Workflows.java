package io.inference.backend.workflow;

import org.jspecify.annotations.Nullable;

/**
 * The workflows of an entry.
 *
 * @param generate makes pictures; null if the entry names only the other
 * @param edit edits pictures; null if the entry names only the other
 */
public record Workflows(
        @Nullable Workflow generate, @Nullable Workflow edit) {}
