package io.inference.models;

import io.inference.backend.BackendEntry;
import io.inference.backend.BackendFactory;
import io.inference.backend.BackendKind;
import io.inference.backend.EntrySecrets;
import io.inference.backend.ServiceAddresses;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * The backends that live: one for each entry that some set has, however many generations of routes have it, with its
 * connections and its list of models. It is closed with the last set that has it. Thread-safe.
 */
public final class BackendPool implements AutoCloseable {
    private final Map<BackendKind, BackendFactory> factories = new EnumMap<>(BackendKind.class);
    private final EntrySecrets secrets;
    private final ServiceAddresses services;
    private final DirectoryTiming timing;
    private final Map<BackendEntry, Shared> shared = new HashMap<>();
    private final Set<BackendSet> sets = new LinkedHashSet<>();

    /** A backend, the number of sets that have it, and the thread that asks it for its models. */
    private static final class Shared {
        final LiveBackend backend;
        final Thread asking;
        int users;

        Shared(LiveBackend backend, Thread asking) {
            this.backend = backend;
            this.asking = asking;
        }
    }

    /** @param factories one for each kind */
    public BackendPool(List<BackendFactory> factories, EntrySecrets secrets) {
        this(factories, secrets, ServiceAddresses.NONE);
    }

    /**
     * @param factories one for each kind
     * @param services the servers of entries that name Services
     */
    public BackendPool(List<BackendFactory> factories, EntrySecrets secrets, ServiceAddresses services) {
        this(factories, secrets, services, DirectoryTiming.DEFAULT);
    }

    BackendPool(
            List<BackendFactory> factories, EntrySecrets secrets, ServiceAddresses services, DirectoryTiming timing) {
        factories.forEach(factory -> this.factories.put(factory.kind(), factory));
        this.secrets = secrets;
        this.services = services;
        this.timing = timing;
        services.onChange(this::discover);
    }

    /**
     * Opens a set; backends of entries that another open set has too are shared.
     *
     * @throws IllegalArgumentException if an entry cannot be used; the message names it. Nothing is left open
     */
    public synchronized BackendSet open(List<BackendEntry> entries) {
        List<BackendEntry> taken = new ArrayList<>(entries.size());
        try {
            List<LiveBackend> backends = new ArrayList<>(entries.size());
            for (BackendEntry entry : entries) {
                backends.add(take(entry));
                taken.add(entry);
            }
            AtomicBoolean closed = new AtomicBoolean();
            BackendSet[] set = new BackendSet[1];
            set[0] = new BackendSet(backends, timing, () -> {
                if (closed.compareAndSet(false, true)) {
                    close(set[0], taken);
                }
            });
            sets.add(set[0]);
            // A list may have changed before the set was among those that are notified.
            set[0].reindex();
            return set[0];
        } catch (RuntimeException e) {
            taken.forEach(this::release);
            throw e;
        }
    }

    private LiveBackend take(BackendEntry entry) {
        Shared known = shared.get(entry);
        if (known == null) {
            known = create(entry);
            shared.put(entry, known);
        }
        known.users++;
        return known.backend;
    }

    private Shared create(BackendEntry entry) {
        BackendFactory factory = factories.get(entry.kind());
        if (factory == null) {
            throw new IllegalArgumentException(
                    "no backends of the kind " + entry.kind().label());
        }
        List<Replica> replicas = new ArrayList<>();
        if (entry.kind().hasServers()) {
            for (URI url : addresses(entry)) {
                replicas.add(new Replica(factory.create(entry, url, secrets), url));
            }
        } else {
            replicas.add(new Replica(factory.create(entry, null, secrets), null));
        }
        LiveBackend backend = new LiveBackend(entry, replicas, timing.nanoTime());
        backend.listing().onChange(() -> changed(backend));
        backend.onModelsChange(() -> {
            var ignored = backend.listing().ask();
        });
        Thread asking = Thread.ofVirtual().name("models-" + entry.name()).start(() -> ask(backend));
        return new Shared(backend, asking);
    }

    private List<URI> addresses(BackendEntry entry) {
        return entry.urls().stream()
                .flatMap(url -> ServiceAddresses.isService(url)
                        ? services.of(url, entry.tls() != null).stream()
                        : Stream.of(url))
                .distinct()
                .toList();
    }

    /** Gives each backend the servers that its Services have now. */
    private void discover() {
        List<LiveBackend> changed = new ArrayList<>();
        synchronized (this) {
            for (Shared each : shared.values()) {
                BackendEntry entry = each.backend.entry();
                BackendFactory factory = factories.get(entry.kind());
                if (factory != null
                        && entry.isDiscovered()
                        && each.backend.serve(addresses(entry), url -> factory.create(entry, url, secrets))) {
                    changed.add(each.backend);
                }
            }
        }
        changed.forEach(backend -> {
            var ignored = backend.listing().ask();
        });
    }

    /** Refreshes the list of one backend until it is closed. */
    private void ask(LiveBackend backend) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (!BackendSet.await(
                                backend.listing().ask(), timing.askTimeout().toNanos())
                        && !Thread.currentThread().isInterrupted()) {
                    backend.listing().silent("no answer in time");
                }
                Thread.sleep(backend.entry().health().every());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void changed(LiveBackend backend) {
        List<BackendSet> having;
        synchronized (this) {
            having = sets.stream()
                    .filter(set -> set.named(backend.name()) == backend)
                    .toList();
        }
        having.forEach(BackendSet::reindex);
    }

    private synchronized void close(BackendSet set, List<BackendEntry> taken) {
        sets.remove(set);
        taken.forEach(this::release);
    }

    private void release(BackendEntry entry) {
        Shared used = shared.get(entry);
        if (used != null && --used.users == 0) {
            shared.remove(entry);
            used.asking.interrupt();
            used.backend.close();
        }
    }

    /** Number of backends that live. */
    synchronized int size() {
        return shared.size();
    }

    @Override
    public synchronized void close() {
        shared.values().forEach(open -> {
            open.asking.interrupt();
            open.backend.close();
        });
        shared.clear();
        sets.clear();
    }
}
