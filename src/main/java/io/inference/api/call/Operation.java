package io.inference.api.call;

import java.util.Locale;

/** What a call does; the name in lower case is used in logs and metrics. */
public enum Operation {
    CHAT,
    GENERATE,
    EMBED,
    MODELS,
    /** Jobs, batches and their files: submitting them and asking for them; a run of a job is what the job does. */
    JOBS,
    OTHER;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
