package io.inference.engine.tensor;

import java.util.List;

/**
 * The rows of one sequence in a step: row {@code firstRow + i} of the activations is position {@code position + i} of
 * the sequence and attends to every position up to and including its own.
 *
 * @param firstRow the first row of the activations that belongs to the sequence
 * @param rows number of rows of the sequence
 * @param position the position of the first of them in its sequence, from 0
 * @param pages the sequence's pages in order, enough for {@code position + rows} positions
 */
public record AttentionSpan(int firstRow, int rows, int position, List<float[]> pages) {}
