package io.inference.job.store;

import io.inference.database.TimeColumn;
import io.inference.job.EndedJob;
import io.inference.job.Job;
import io.inference.job.JobAnswer;
import io.inference.job.JobPriority;
import io.inference.job.JobState;
import io.inference.job.JobTask;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of the table {@code jobs} as records, and values as its columns. */
final class JobRows {
    /** The columns that {@link #job} reads. */
    static final String COLUMNS = """
            jobs.id, jobs.caller, jobs.door, jobs.correlation_id, jobs.task, jobs.priority, jobs.state, jobs.delivery,
            jobs.attempts, jobs.created_at, jobs.not_before, jobs.started_at, jobs.ended_at, jobs.first_error,
            jobs.last_error, jobs.cancelling, jobs.progress_done, jobs.progress_total,
            jobs.progress_queued""";

    private JobRows() {}

    static Job job(ResultSet row, int number) throws SQLException {
        return new Job(
                row.getObject("id", UUID.class),
                JobJson.caller(row.getString("caller")),
                row.getString("door"),
                row.getString("correlation_id"),
                JobTask.valueOf(row.getString("task").toUpperCase(Locale.ROOT)),
                JobPriority.valueOf(row.getString("priority").toUpperCase(Locale.ROOT)),
                state(row),
                row.getString("delivery"),
                row.getInt("attempts"),
                Objects.requireNonNull(TimeColumn.read(row, "created_at")),
                TimeColumn.read(row, "not_before"),
                TimeColumn.read(row, "started_at"),
                TimeColumn.read(row, "ended_at"),
                JobJson.error(row.getString("first_error")),
                JobJson.error(row.getString("last_error")),
                row.getBoolean("cancelling"),
                progress(row));
    }

    private static Job.@Nullable Progress progress(ResultSet row) throws SQLException {
        int total = row.getInt("progress_total");
        return row.wasNull()
                ? null
                : new Job.Progress(row.getInt("progress_done"), total, row.getInt("progress_queued"));
    }

    static JobState state(ResultSet row) throws SQLException {
        return JobState.valueOf(row.getString("state").toUpperCase(Locale.ROOT));
    }

    /** Null if the row has no answer. */
    static @Nullable JobAnswer answer(ResultSet row, int number) throws SQLException {
        byte[] bytes = row.getBytes("answer");
        if (bytes == null) {
            return null;
        }
        Array ends = row.getArray("answer_ends");
        if (ends == null) {
            return JobAnswer.whole(bytes);
        }
        List<byte[]> parts = new ArrayList<>();
        int start = 0;
        for (Integer end : (Integer[]) ends.getArray()) {
            parts.add(Arrays.copyOfRange(bytes, start, end));
            start = end;
        }
        return new JobAnswer(parts, true);
    }

    static EndedJob ended(ResultSet row, int number) throws SQLException {
        return new EndedJob(job(row, number), answer(row, number));
    }

    /** The parts one after the other. */
    static byte[] bytes(JobAnswer answer) {
        int length = answer.parts().stream().mapToInt(part -> part.length).sum();
        byte[] bytes = new byte[length];
        int at = 0;
        for (byte[] part : answer.parts()) {
            System.arraycopy(part, 0, bytes, at, part.length);
            at += part.length;
        }
        return bytes;
    }

    /** Where each part ends; null for an answer that is not streamed. */
    static Integer @Nullable [] ends(JobAnswer answer) {
        if (!answer.streamed()) {
            return null;
        }
        Integer[] ends = new Integer[answer.parts().size()];
        int at = 0;
        for (int i = 0; i < ends.length; i++) {
            at += answer.parts().get(i).length;
            ends[i] = at;
        }
        return ends;
    }
}
