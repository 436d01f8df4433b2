package io.inference.job.batch;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.call.Calls;
import io.inference.database.Database;
import io.inference.job.EndedJob;
import io.inference.job.JobListener;
import io.inference.job.file.Files;
import io.inference.job.file.StoredFile;
import io.inference.job.store.BatchJobs;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The batches of all replicas. One thread of each replica processes those in progress, once a second and after each
 * event. Every method fails with {@code UNAVAILABLE} while the database is unavailable.
 */
public final class Batches implements JobListener, SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Batches.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
    private static final Duration UNAVAILABLE_PAUSE = Duration.ofSeconds(5);

    private final BatchStore store;
    private final BatchJobs jobs;
    private final Files files;
    private final BatchMover mover;
    private final Semaphore wake = new Semaphore(0);
    private volatile @Nullable Thread thread;
    private volatile boolean stopping;

    public Batches(Database database, BatchJobs jobs, Files files) {
        this.store = new BatchStore(database);
        this.jobs = jobs;
        this.files = files;
        this.mover = new BatchMover(store, jobs, files);
    }

    /** @throws InferenceException with {@code NOT_FOUND} if the caller has no such input file */
    public Batch create(NewBatch batch) {
        StoredFile input = files.find(batch.inputFileId())
                .filter(file -> batch.caller().owns(file.owner(), file.tenant()))
                .orElseThrow(() -> InferenceException.noSuch("file"));
        if (!input.purpose().equals(StoredFile.INPUT)) {
            throw InferenceException.invalid("input_file_id", "the input file must have the purpose 'batch'");
        }
        Batch created = store.insert(batch);
        wake.release();
        return created;
    }

    public Optional<Batch> find(UUID id) {
        return store.find(id).map(this::counted);
    }

    /** @param after the last batch of the previous page; null for the first page */
    public BatchPage list(Caller owner, @Nullable UUID after, int most) {
        List<Batch> batches = store.list(owner, after, most + 1);
        return new BatchPage(
                batches.subList(0, Math.min(most, batches.size())).stream()
                        .map(this::counted)
                        .toList(),
                batches.size() > most);
    }

    /**
     * Stops a batch; lines that have run are in its output file all the same.
     *
     * @throws InferenceException with {@code CONFLICT} if it has ended
     */
    public Batch cancel(UUID id) {
        Batch cancelling = store.cancelling(id)
                .or(() -> store.find(id).filter(batch -> batch.status() == BatchStatus.CANCELLING))
                .orElseThrow(() -> new InferenceException(ErrorCode.CONFLICT, "the batch has ended already"));
        wake.release();
        return counted(cancelling);
    }

    private Batch counted(Batch batch) {
        if (batch.status().isEnded()) {
            return batch;
        }
        BatchJobs.Counts counts = jobs.counts(batch.id());
        return batch.withCounts(counts.done(), counts.failed());
    }

    @Override
    public void ended(EndedJob ended) {
        // If many lines end, the batch is processed within the second; if the last line ends, at once.
        if (ended.job().door().equals(BatchJobs.DOOR) && wake.availablePermits() == 0) {
            wake.release();
        }
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("batches").start(this::run);
    }

    @Override
    public void stop() {
        stopping = true;
        wake.release();
        Thread running = thread;
        thread = null;
        try {
            if (running != null && !running.join(TICK)) {
                running.interrupt();
                boolean ignored = running.join(TICK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** Stops before the jobs, which it needs. */
    @Override
    public int getPhase() {
        return Calls.DOORS_PHASE + 1;
    }

    private void run() {
        boolean unavailable = false;
        while (!stopping) {
            try {
                moveAll();
                unavailable = false;
            } catch (InferenceException e) {
                log.debug("batches wait: {}", e.getMessage());
                unavailable = true;
            } catch (RuntimeException e) {
                log.error("batches cannot be processed", e);
                unavailable = true;
            }
            try {
                // Many lines may end at the same moment.
                Thread.sleep(BETWEEN_LOOKS);
                boolean woken =
                        wake.tryAcquire((unavailable ? UNAVAILABLE_PAUSE : TICK).toMillis(), TimeUnit.MILLISECONDS);
                if (woken) {
                    int ignored = wake.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void moveAll() {
        for (Batch batch : store.claim()) {
            try {
                mover.move(batch);
            } catch (InferenceException e) {
                if (BatchMover.isTemporary(e)) {
                    throw e;
                }
                log.warn("{} cannot go on: {}", BatchIds.batch(batch.id()), e.getMessage());
            } catch (IOException | RuntimeException e) {
                log.error("{} cannot go on", BatchIds.batch(batch.id()), e);
            } finally {
                if (stopping) {
                    store.release(batch);
                }
            }
        }
    }
}
