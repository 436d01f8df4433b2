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
 * Callers that send requests without a pause, at every door, for whole answers and for streams, and compare each answer
 * with its question.
 */
final class Callers {
    private static final int WHOLE_A_DOOR = 4;
    private static final int STREAMS_A_DOOR = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A refused caller does not retry at once; nor would a real one with a rate limit. */
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(20);

    private final Map<String, AtomicLong> answers = new LinkedHashMap<>();
    private final Collection<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong questions = new AtomicLong();
    private final List<DoorLoad> doors;
    private volatile boolean running = true;

    private interface Ask {
        String ask(String question) throws Exception;
    }

    Callers(List<DoorLoad> doors) {
        this.doors = List.copyOf(doors);
        for (DoorLoad door : doors) {
            start(WHOLE_A_DOOR, door.name() + " answers", door::whole);
            start(STREAMS_A_DOOR, door.name() + " streams", door::stream);
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
