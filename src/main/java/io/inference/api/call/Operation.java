package io.inference.api.call;

import java.util.Locale;

/** Operation of a call; the name in lower case is used in logs and metrics. */
public enum Operation {
    CHAT,
    GENERATE,
    EMBED,
    SUMMARIZE,
    /** Pictures: made, edited, uploaded and served. */
    IMAGE,
    MODELS,
    /** Jobs, batches and their files: submission and queries. The run of a job counts under the job's own operation. */
    JOBS,
    /** Stored conversations: queries and changes. A chat that is part of one is a chat. */
    CONVERSATIONS,
    OTHER;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
