package io.inference.routes.flow;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.job.ChunkSink;
import io.inference.job.Job;
import io.inference.job.JobAnswer;
import io.inference.job.JobRunner;
import io.inference.job.JobTask;
import io.inference.routes.door.InFlight;
import io.inference.routes.door.RouteRun;
import io.inference.routes.generation.RouteGeneration;
import io.inference.routes.generation.RouteGenerations;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs by routes of the serving generation: {@code run-job}, or for an internal task the flow of its name, such as
 * {@code summarize-conversation}.
 */
public class RouteJobRunner implements JobRunner {
    /** Header with the name of the job's task. */
    static final String TASK = "InferenceJobTask";

    /** Header with the number of the run, from 1. */
    static final String ATTEMPT = "InferenceJobAttempt";

    private static final String RUN_JOB = "run-job";
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final RouteGenerations generations;
    private volatile @Nullable Sender sender;

    private record Sender(int generation, ProducerTemplate template) {}

    RouteJobRunner(RouteGenerations generations) {
        this.generations = generations;
    }

    @Override
    public JobAnswer run(Job job, byte[] payload, Call call, ChunkSink chunks) {
        RouteGeneration generation = InFlight.enter(generations::current, RouteGeneration::calls);
        if (generation == null) {
            throw InferenceException.retryLater(ErrorCode.UNAVAILABLE, "the service is stopping", RETRY_AFTER);
        }
        try {
            Exchange exchange = template(generation).send(route(job.task()), sent -> {
                RouteRun.fill(sent, call, job.caller());
                sent.setProperty(ChunkSink.PROPERTY, chunks);
                Message message = sent.getMessage();
                message.setHeader(TASK, job.task().label());
                message.setHeader(ATTEMPT, job.attempts());
                message.setBody(payload);
            });
            return answer(exchange);
        } finally {
            generation.calls().leave();
        }
    }

    private static String route(JobTask task) {
        String name = task.isInternal() ? task.label().replace('_', '-') : RUN_JOB;
        return "direct:" + name;
    }

    private ProducerTemplate template(RouteGeneration generation) {
        Sender known = sender;
        if (known == null || known.generation() != generation.number()) {
            known = new Sender(generation.number(), generation.context().createProducerTemplate());
            sender = known;
        }
        return known.template();
    }

    private static JobAnswer answer(Exchange exchange) {
        RouteRun.throwIfFailed(exchange);
        return answer(exchange.getMessage());
    }

    /** An operator's route may set JSON of its own. */
    private static JobAnswer answer(Message message) {
        if (message.getBody() instanceof JobAnswer answer) {
            return answer;
        }
        byte[] body = message.getBody(byte[].class);
        if (body == null) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route ended without an answer to this job");
        }
        return JobAnswer.whole(body);
    }
}
