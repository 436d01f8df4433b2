package io.inference.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Callers that send requests, one after the other, at every door, for whole answers and for streams, and compare each
 * answer with its question.
 */
final class Callers {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A refused caller does not retry at once; nor would a real one with a rate limit. */
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(20);

    private final Map<String, AtomicLong> answers = new LinkedHashMap<>();
    private final Collection<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong questions = new AtomicLong();
    private final List<DoorLoad> doors;
    private final Duration pause;
    private volatile boolean running = true;

    private interface Ask {
        String ask(String question) throws Exception;
    }

    /**
     * @param whole callers of each door that want whole answers
     * @param streams callers of each door that has streams
     * @param pause of a caller after each answer
     */
    Callers(List<DoorLoad> doors, int whole, int streams, Duration pause) {
        this.doors = List.copyOf(doors);
        this.pause = pause;
        for (DoorLoad door : doors) {
            start(whole, door.name() + " answers", door::whole);
            if (door.hasStreams()) {
                start(streams, door.name() + " streams", door::stream);
            }
        }
    }

    private void start(int count, String what, Ask ask) {
        AtomicLong counter = answers.computeIfAbsent(what, name -> new AtomicLong());
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofVirtual().unstarted(() -> repeat(what, ask, counter)));
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    private void repeat(String what, Ask ask, AtomicLong counter) {
        while (running) {
            String question = what.replace(' ', '-') + "-" + questions.incrementAndGet();
            try {
                String answer = ask.ask(question);
                if (answer.equals(EchoUpstream.answerTo(question))) {
                    counter.incrementAndGet();
                    LockSupport.parkNanos(pause.toNanos());
                } else {
                    failed(what + ": not the whole answer to " + question + ": " + answer);
                }
            } catch (Exception e) {
                failed(what + ": " + e);
            }
        }
    }

    private void failed(String how) {
        failures.add(how);
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
    }

    /** Waits for the end of every call in progress, and looks for lost or duplicated answers. */
    void stop() throws Exception {
        running = false;
        for (Thread thread : threads) {
            if (!thread.join(PATIENCE)) {
                failures.add("a call does not end");
            }
        }
        for (DoorLoad door : doors) {
            String leftOver = door.leftOver();
            if (!leftOver.isEmpty()) {
                failures.add(door.name() + ": " + leftOver);
            }
        }
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Answers so far, by door and kind. */
    Map<String, Long> answers() {
        Map<String, Long> counts = new LinkedHashMap<>();
        answers.forEach((what, count) -> counts.put(what, count.get()));
        return counts;
    }
}
