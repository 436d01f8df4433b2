package io.inference.job;

/** Outcome of a submission. */
public record Submission(Kind kind, Job job) {
    /** Whether the job was already there. */
    public enum Kind {
        /** It is new; it is queued. */
        NEW,
        /** The same job was submitted before and has not ended: its end will be notified as for any job. */
        UNDER_WAY,
        /** The same job was submitted before and has ended; {@link Jobs#answer} returns its answer. */
        ENDED
    }
}
