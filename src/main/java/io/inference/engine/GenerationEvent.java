package io.inference.engine;

import java.util.List;

/** Result of {@link Generation#next}. */
public sealed interface GenerationEvent {
    /**
     * More text.
     *
     * @param text whole characters; empty only for probabilities without text
     * @param tokens the tokens of the text with their probabilities, if they were requested
     */
    record Piece(String text, List<TokenProbability> tokens) implements GenerationEvent {}

    /** Nothing arrived in time; the generation continues. */
    record Pending() implements GenerationEvent {}

    /** The end, which every later call returns too. */
    record End(FinishReason reason, Usage usage) implements GenerationEvent {}
}
