package io.inference.routes.generation;

import io.inference.api.backend.ModelInfo;
import io.inference.models.BackendState;
import io.inference.routes.backend.BackendRoutes;
import io.inference.routes.check.RouteFaultsException;
import io.inference.routes.check.RouteFiles;
import io.inference.routes.door.RouteFault;
import io.inference.routes.status.RouteChange;
import io.inference.routes.status.RouteChange.Outcome;
import io.inference.routes.status.RouteDiff;
import io.inference.routes.status.RouteView;
import io.inference.routes.status.RoutesStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The serving generation, the candidate, and those that finish their calls. A change builds the next generation in
 * parallel and swaps it in as a whole; if it has a fault, the serving one goes on.
 *
 * <p>Starts before the listeners, so that no request arrives at a door without routes, and stops after them.
 */
public class RouteGenerations implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(RouteGenerations.class);
    /** Before the web server's phase (close to the greatest), hence stopped after it. */
    private static final int PHASE = 0;

    private static final int HISTORY = 20;
    /** Time that a change waits for the lists of models of new backends. */
    private static final Duration FIRST_LISTS = Duration.ofSeconds(2);

    private static final String FILES = "files";

    private final GenerationBuilder builder;
    private final RoutesSettings settings;
    private final Supplier<RouteFiles> source;
    private final LastGood lastGood;
    private final Consumer<RouteChange> listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition drained = lock.newCondition();

    private final List<RouteGeneration> draining = new ArrayList<>();
    /** Sets that have served, the newest first; the first is the serving one. */
    private final Deque<RouteFiles> served = new ArrayDeque<>();

    private final Deque<RouteChange> changes = new ArrayDeque<>();
    private volatile @Nullable RouteGeneration current;
    /** Hash of the set that was tried last, whatever the result; empty if the folder could not be read. */
    private volatile String tried = "";

    private @Nullable RouteGeneration candidate;
    private volatile List<RouteFault> faults = List.of();
    private boolean waiting;

    /** @param source reads the files as they are now */
    RouteGenerations(
            GenerationBuilder builder,
            RoutesSettings settings,
            Supplier<RouteFiles> source,
            LastGood lastGood,
            Consumer<RouteChange> listener) {
        this.builder = builder;
        this.settings = settings;
        this.source = source;
        this.lastGood = lastGood;
        this.listener = listener;
    }

    /** @throws RouteFaultsException if the files cannot be served and there is no set that served before */
    @Override
    public void start() {
        Attempt attempt = new Attempt(FILES);
        RouteGeneration generation;
        try {
            RouteFiles files = source.get();
            tried = files.hash();
            generation = builder.build(files);
            lastGood.write(files);
        } catch (RouteFaultsException e) {
            RouteFiles kept = lastGood.read().orElseThrow(() -> e);
            log.error(
                    "the routes of {} cannot be served; those that served last are used instead. Correct:{}{}",
                    settings.folder(),
                    System.lineSeparator(),
                    e.getMessage());
            generation = builder.build(kept);
            faults = e.faults();
        }
        generation.serve();
        current = generation;
        served.push(generation.files());
        note(attempt.done(faults.isEmpty() ? Outcome.COMMITTED : Outcome.RESTORED, generation, Map.of(), faults));
        log.info(
                "generation {}: {} routes from {}",
                generation.number(),
                generation.context().getRoutesSize(),
                settings.folder());
    }

    @Override
    public void stop() {
        lock.lock();
        try {
            List<RouteGeneration> all = new ArrayList<>(draining);
            if (candidate != null) {
                all.add(candidate);
            }
            if (current != null) {
                all.add(current);
            }
            current = null;
            candidate = null;
            for (RouteGeneration generation : all) {
                generation
                        .context()
                        .getShutdownStrategy()
                        .setTimeout(Math.max(1, settings.stopGrace().toSeconds()));
                generation.stop();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isRunning() {
        return current != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** The generation that new requests run on; null before the start and after the stop. */
    public @Nullable RouteGeneration current() {
        return current;
    }

    /** Reads the folder and changes to its content, whether or not it was tried before. */
    public RouteChange reload(String who) {
        try {
            return change(source.get(), who);
        } catch (RouteFaultsException e) {
            return refuse(e.faults(), who);
        }
    }

    /** Changes to the content of the source at once, unless it was tried last. */
    public void refresh(String who) {
        try {
            consider(source.get(), who);
        } catch (RouteFaultsException e) {
            refuse(e.faults(), who);
        }
    }

    /** Reports faults, such as an unreadable folder; the serving generation goes on. */
    RouteChange refuse(List<RouteFault> found, String who) {
        return locked(() -> {
            // If the folder comes back unchanged, that is a new change.
            tried = "";
            return refuse(new Attempt(who), Map.of(), found);
        });
    }

    /**
     * Changes to the content that was seen in the folder, if it is still there and was not tried last. A rollback
     * leaves the folder as it is, which is not a change; and the scan may be older than a change made meanwhile.
     */
    void consider(RouteFiles seen, String who) {
        lock.lock();
        try {
            String hash = seen.hash();
            if (!hash.equals(tried) && hash.equals(source.get().hash())) {
                change(seen, who);
            }
        } catch (RouteFaultsException e) {
            log.debug("the folder changes again: {}", e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /** Changes to a set of files, or reports why not; blocks until the result is known. */
    RouteChange change(RouteFiles files, String who) {
        return locked(() -> {
            Attempt attempt = new Attempt(who);
            RouteGeneration serving = serving();
            tried = files.hash();
            if (files.hash().equals(serving.hash())) {
                faults = List.of();
                dropCandidate();
                return note(attempt.done(Outcome.UNCHANGED, serving, files.contents(), List.of()));
            }
            RouteGeneration next;
            try {
                awaitRoomToDrain();
                next = ready(files);
            } catch (RouteFaultsException e) {
                return refuse(attempt, files.contents(), e.faults());
            }
            faults = List.of();
            if (settings.manual()) {
                dropCandidate();
                candidate = next;
                next.preview(true);
                return note(attempt.done(Outcome.WAITING, next, files.contents(), List.of()));
            }
            return commit(next, attempt, Outcome.COMMITTED);
        });
    }

    /** A generation that knows which models its backends have, unless a new one does not answer. */
    private RouteGeneration ready(RouteFiles files) {
        RouteGeneration generation = builder.build(files);
        generation.backends().awaitFirstAnswers(FIRST_LISTS);
        return generation;
    }

    /**
     * Publishes the candidate.
     *
     * @throws NoCandidateException if there is no candidate
     */
    public RouteChange commit(String who) {
        return locked(() -> {
            waitingCandidate();
            awaitRoomToDrain();
            // It may have been replaced or discarded meanwhile.
            RouteGeneration next = waitingCandidate();
            next.preview(false);
            candidate = null;
            return commit(next, new Attempt(who), Outcome.COMMITTED);
        });
    }

    /**
     * Discards the candidate; the same files are not tried again until they change.
     *
     * @throws NoCandidateException if there is no candidate
     */
    public RouteChange discard(String who) {
        return locked(() -> {
            RouteGeneration thrown = waitingCandidate();
            Attempt attempt = new Attempt(who);
            RouteChange change =
                    attempt.done(Outcome.DISCARDED, thrown, thrown.files().contents(), List.of());
            dropCandidate();
            return note(change);
        });
    }

    /**
     * Publishes the set that served before again. The folder stays as it is and is read again once it changes.
     *
     * @throws NoCandidateException if no other set has served before
     */
    public RouteChange rollback(String who) {
        return locked(() -> {
            Attempt attempt = new Attempt(who);
            awaitRoomToDrain();
            if (served.size() < 2) {
                throw new NoCandidateException("no earlier set of routes served since the start");
            }
            RouteFiles undone = served.pop();
            try {
                RouteGeneration before = ready(served.pop());
                dropCandidate();
                return commit(before, attempt, Outcome.ROLLED_BACK);
            } catch (RouteFaultsException e) {
                served.push(undone);
                return refuse(attempt, Map.of(), e.faults());
            }
        });
    }

    public RoutesStatus status() {
        return locked(() -> new RoutesStatus(
                view(serving()),
                candidate == null ? null : view(candidate),
                draining.stream()
                        .map(generation -> new RoutesStatus.Draining(
                                generation.number(), generation.calls().count()))
                        .toList(),
                waiting,
                faults,
                !faults.isEmpty(),
                List.copyOf(changes)));
    }

    /**
     * The text of a route file as a generation was built from it; the folder may hold another by now.
     *
     * @param ofCandidate of the candidate instead of the serving generation
     */
    public Optional<String> file(String name, boolean ofCandidate) {
        return locked(() -> Optional.ofNullable(ofCandidate ? candidate : serving())
                .map(generation -> generation.files().contents().get(name)));
    }

    /**
     * Whether the folder is faulty, so that its content does not serve. Never blocks, since probes call it while a
     * change is built.
     */
    boolean degraded() {
        return !faults.isEmpty();
    }

    private static RoutesStatus.Generation view(RouteGeneration generation) {
        return new RoutesStatus.Generation(
                generation.number(),
                generation.since(),
                generation.hash(),
                RouteView.of(generation.context(), generation.meters()),
                generation.backends().states().stream()
                        .map(RouteGenerations::view)
                        .toList());
    }

    private static RoutesStatus.BackendView view(BackendState state) {
        return new RoutesStatus.BackendView(
                state.name(),
                state.kind(),
                BackendRoutes.id(state.name()),
                state.urls(),
                state.replicasUp(),
                state.health(),
                state.priority(),
                state.weight(),
                state.maxConcurrent(),
                state.models().stream().map(ModelInfo::id).toList());
    }

    private RouteChange commit(RouteGeneration next, Attempt attempt, Outcome outcome) {
        RouteGeneration old = serving();
        RouteChange change = attempt.done(outcome, next, next.files().contents(), List.of());
        old.withdraw();
        try {
            next.publish();
        } catch (RuntimeException e) {
            log.error("generation {} cannot take over; {} goes on", next.number(), old.number(), e);
            old.serve();
            takeDown(next);
            return refuse(
                    attempt,
                    next.files().contents(),
                    List.of(new RouteFault("", 0, "", "it could not take over: " + e.getMessage())));
        }
        current = next;
        served.push(next.files());
        while (served.size() > HISTORY) {
            served.removeLast();
        }
        lastGood.write(next.files());
        draining.add(old);
        old.calls().retire(() -> takeDown(old));
        return note(change);
    }

    /** On another thread than that of the last call, since exchanges that no door counts may take long. */
    private void takeDown(RouteGeneration generation) {
        Thread.ofVirtual().name("stop-routes-" + generation.number()).start(() -> {
            generation.stop();
            lock.lock();
            try {
                draining.remove(generation);
                drained.signalAll();
            } finally {
                lock.unlock();
            }
            log.info("generation {} has finished", generation.number());
        });
    }

    private void awaitRoomToDrain() {
        while (draining.size() >= settings.maxDraining()) {
            if (!waiting) {
                log.warn(
                        "{} generations finish what they began (ROUTES_MAX_DRAINING): the change waits",
                        draining.size());
            }
            waiting = true;
            drained.awaitUninterruptibly();
        }
        waiting = false;
    }

    private RouteGeneration serving() {
        RouteGeneration serving = current;
        if (serving == null) {
            throw new IllegalStateException("no routes serve: the service is starting or stopping");
        }
        return serving;
    }

    private RouteGeneration waitingCandidate() {
        if (candidate == null) {
            throw new NoCandidateException("no candidate waits");
        }
        return candidate;
    }

    private void dropCandidate() {
        RouteGeneration dropped = candidate;
        if (dropped != null) {
            candidate = null;
            dropped.preview(false);
            dropped.calls().retire(() -> takeDown(dropped));
        }
    }

    private RouteChange refuse(Attempt attempt, Map<String, String> contents, List<RouteFault> found) {
        faults = List.copyOf(found);
        RouteChange change = note(attempt.done(Outcome.REFUSED, serving(), contents, found));
        log.error(
                "the change of the routes is refused, generation {} goes on:{}{}",
                serving().number(),
                System.lineSeparator(),
                new RouteFaultsException(found).getMessage());
        return change;
    }

    private RouteChange note(RouteChange change) {
        changes.addFirst(change);
        while (changes.size() > HISTORY) {
            changes.removeLast();
        }
        if (change.outcome() != Outcome.REFUSED && change.outcome() != Outcome.UNCHANGED) {
            log.info(
                    "routes {} by {}: generation {}, files {}, {} ms",
                    change.outcome(),
                    change.who(),
                    change.generation(),
                    change.files(),
                    change.tookMillis());
        }
        listener.accept(change);
        return change;
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /** One attempt to change the routes, timed from the detection of the change. */
    private final class Attempt {
        private final String who;
        private final long startNanos = System.nanoTime();

        Attempt(String who) {
            this.who = who;
        }

        RouteChange done(
                Outcome outcome, RouteGeneration generation, Map<String, String> contents, List<RouteFault> found) {
            RouteGeneration serving = current;
            Map<String, String> before = serving == null || contents.isEmpty()
                    ? Map.of()
                    : serving.files().contents();
            return new RouteChange(
                    Instant.now(),
                    who,
                    outcome,
                    generation.number(),
                    RouteDiff.files(before, contents),
                    RouteDiff.unified(before, contents),
                    found,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
        }
    }
}
