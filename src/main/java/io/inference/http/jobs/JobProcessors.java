package io.inference.http.jobs;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.HttpErrors;
import io.inference.job.Job;
import io.inference.job.JobAnswer;
import io.inference.job.JobError;
import io.inference.job.JobPage;
import io.inference.job.JobState;
import io.inference.job.Jobs;
import io.inference.job.NewJob;
import io.inference.job.Submission;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * The steps of {@code rest-jobs.camel.yaml}: each finds the job that the path names, if it is the caller's, and sets it
 * as body.
 */
final class JobProcessors {
    private static final String WHAT = "job";
    private static final int ACCEPTED = 202;

    private final Jobs jobs;
    private final JobWriter writer;

    JobProcessors(Jobs jobs, JobWriter writer) {
        this.jobs = jobs;
        this.writer = writer;
    }

    /** Body in: JSON; body out: {@link NewJob}. */
    void read(Exchange exchange) {
        Message message = exchange.getMessage();
        byte[] body = message.getBody(byte[].class);
        message.setBody(JobRequestReader.read(
                body == null ? new byte[0] : body,
                Parameters.caller(exchange),
                message.getHeader("Idempotency-Key", String.class),
                writer.apiPrefix()));
    }

    /** Body in: {@link NewJob}; body out: {@link Submission}. */
    void submit(Exchange exchange) {
        if (!(exchange.getMessage().getBody() instanceof NewJob job)) {
            throw Parameters.nothing(WHAT);
        }
        exchange.getMessage().setBody(jobs.submit(job));
    }

    void list(Exchange exchange) {
        Message message = exchange.getMessage();
        Caller caller = Parameters.caller(exchange);
        boolean all = Parameters.flag(message, "all");
        if (all && !caller.admin()) {
            throw new InferenceException(ErrorCode.FORBIDDEN, "only admins may see what is others'");
        }
        @Nullable String state = message.getHeader("state", String.class);
        JobState wanted = state == null
                ? null
                : JobState.byLabel(state)
                        .orElseThrow(() -> InferenceException.invalid(
                                "state", "'state' must be queued, running, done, failed or cancelled"));
        message.setBody(
                jobs.list(all ? null : caller, wanted, Parameters.id(message, "after"), Parameters.limit(message)));
    }

    void find(Exchange exchange) {
        exchange.getMessage().setBody(readable(exchange));
    }

    void cancel(Exchange exchange) {
        Job job = readable(exchange);
        Parameters.caller(exchange)
                .checkOwns(WHAT, job.caller().subject(), job.caller().tenant());
        exchange.getMessage().setBody(jobs.cancel(job.id()).orElseThrow(() -> InferenceException.noSuch(WHAT)));
    }

    /** Sets the result of the job as body, with the status that REST would have answered. */
    void result(Exchange exchange) {
        Job job = readable(exchange);
        Message message = exchange.getMessage();
        switch (job.state()) {
            case QUEUED, RUNNING -> accepted(message, job);
            case DONE ->
                message.setBody(jobs.answer(job.id())
                        .map(JobProcessors::answer)
                        .orElseThrow(() -> InferenceException.noSuch(WHAT)));
            case FAILED -> {
                JobError error = Objects.requireNonNull(job.error());
                Call call = exchange.getProperty(Call.PROPERTY, Call.class);
                message.setBody(HttpErrors.answer(writer.path(job), writer.apiPrefix(), call.id(), error.failure()));
            }
            case CANCELLED ->
                throw new InferenceException(ErrorCode.CONFLICT, "the job was cancelled, so that it has no result");
        }
    }

    /** Writes the results of the other steps. */
    void write(Exchange exchange) {
        Message message = exchange.getMessage();
        switch (message.getBody()) {
            case Submission submission
            when submission.kind() != Submission.Kind.ENDED -> accepted(message, submission.job());
            case Submission submission -> {
                message.setHeader("Location", writer.path(submission.job()));
                message.setBody(HttpAnswer.json(writer.job(submission.job(), 0)));
            }
            case Job job -> message.setBody(HttpAnswer.json(writer.job(job, jobs.ahead(job))));
            case JobPage page -> message.setBody(HttpAnswer.json(writer.page(page)));
            case null, default -> throw Parameters.nothing(WHAT);
        }
    }

    private void accepted(Message message, Job job) {
        message.setHeader("Location", writer.path(job));
        message.setHeader("Retry-After", "1");
        message.setBody(new HttpAnswer.Whole(ACCEPTED, "application/json", writer.job(job, jobs.ahead(job))));
    }

    private static HttpAnswer answer(JobAnswer answer) {
        return answer.streamed()
                ? new HttpAnswer.ObjectList(Framing.EVENTS, answer.parts())
                : HttpAnswer.json(answer.body());
    }

    private Job readable(Exchange exchange) {
        Caller caller = Parameters.caller(exchange);
        Job job = jobs.find(Parameters.pathId(exchange.getMessage(), WHAT))
                .orElseThrow(() -> InferenceException.noSuch(WHAT));
        caller.checkMayRead(WHAT, job.caller().subject(), job.caller().tenant());
        return job;
    }
}
