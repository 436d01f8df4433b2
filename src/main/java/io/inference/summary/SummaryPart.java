package io.inference.summary;

/**
 * A request to the model: to summarize one part of the text, or with {@code last} to write the summary.
 *
 * @param number unique within the work, from 1
 * @param text to summarize
 * @param stage what the text is
 * @param last whether its answer is the summary
 * @param work what it is a part of
 */
public record SummaryPart(int number, String text, Stage stage, boolean last, SummaryWork work) {
    /** What the text of a part is. */
    public enum Stage {
        /** The whole text. */
        WHOLE,
        /** A part of the text. */
        PART,
        /** Summaries of consecutive parts. */
        SUMMARIES
    }

    /** Without the text. */
    @Override
    public String toString() {
        return "part " + number;
    }
}
