package io.inference.job;

/** What became of a submission. */
public record Submission(Kind kind, Job job) {
    /** Whether the job was known. */
    public enum Kind {
        /** Nobody knew it; it is queued. */
        NEW,
        /** The same was submitted before and has not ended: its end will be told as of any job. */
        UNDER_WAY,
        /** The same was submitted before and has ended; {@link Jobs#answer} has what it came to. */
        ENDED
    }
}
