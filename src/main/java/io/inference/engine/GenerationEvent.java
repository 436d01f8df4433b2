package io.inference.engine;

import java.util.List;

/** What {@link Generation#next} answers. */
public sealed interface GenerationEvent {
    /**
     * More text.
     *
     * @param text whole characters; empty only where probabilities come without text
     * @param tokens the tokens that the text is made of with their probabilities, where they were asked for
     */
    record Piece(String text, List<TokenProbability> tokens) implements GenerationEvent {}

    /** Nothing came in the time given; the generation goes on. */
    record Pending() implements GenerationEvent {}

    /** The end, answered from then on. */
    record End(FinishReason reason, Usage usage) implements GenerationEvent {}
}
