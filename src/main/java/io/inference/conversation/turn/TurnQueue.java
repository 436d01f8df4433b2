package io.inference.conversation.turn;

import io.inference.api.call.Call;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls of this replica that want a turn of the same conversation, one after the other in the order in which they came.
 * Only the first of them asks the database.
 */
final class TurnQueue {
    /** The first of each is the one whose turn it is. */
    private final Map<UUID, Deque<Place>> queues = new HashMap<>();

    /** A place in the queue of a conversation; closing it lets the next one go on. */
    final class Place implements AutoCloseable {
        private final UUID conversation;
        private final CompletableFuture<Void> turn = new CompletableFuture<>();

        private Place(UUID conversation) {
            this.conversation = conversation;
        }

        /** Idempotent. */
        @Override
        public void close() {
            leave(this);
        }
    }

    /**
     * Waits until all calls before this one have left.
     *
     * @return false if they did not in time
     * @throws io.inference.api.error.InferenceException if the call is cancelled meanwhile
     */
    boolean await(Place place, Duration wait, Call call) {
        Runnable stop = () -> place.turn.cancel(false);
        call.onCancel(stop);
        try {
            place.turn.get(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (java.util.concurrent.CancellationException e) {
            call.throwIfCancelled();
            throw e;
        } finally {
            call.removeOnCancel(stop);
        }
    }

    /** Takes the last place. */
    synchronized Place enter(UUID conversation) {
        Place place = new Place(conversation);
        Deque<Place> queue = queues.computeIfAbsent(conversation, id -> new ArrayDeque<>(1));
        queue.addLast(place);
        if (queue.getFirst() == place) {
            place.turn.complete(null);
        }
        return place;
    }

    private synchronized void leave(Place place) {
        Deque<Place> queue = queues.get(place.conversation);
        if (queue == null || !queue.remove(place)) {
            return;
        }
        if (queue.isEmpty()) {
            queues.remove(place.conversation);
        } else {
            queue.getFirst().turn.complete(null);
        }
    }
}
