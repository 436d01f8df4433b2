package io.inference.routes.check;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the route files are: in the folder, until others are supplied, which replace it until the end of the process.
 * So one source is the truth at any time, and a folder that follows the other with a delay changes nothing back.
 */
public final class RouteSource implements Supplier<RouteFiles> {
    private final Path folder;
    private final Supplier<Optional<Path>> backends;
    private final Path workflows;
    private volatile @Nullable Supplied supplied;

    private record Supplied(Map<String, String> texts, String where) {}

    /**
     * @param backends the file of backends as it is now
     * @param workflows the folder of workflows
     */
    public RouteSource(Path folder, Supplier<Optional<Path>> backends, Path workflows) {
        this.folder = folder;
        this.backends = backends;
        this.workflows = workflows;
    }

    /**
     * Uses these files instead of the folder, and instead of those that were supplied before.
     *
     * @param texts by the names of their files
     * @param where they come from, for operators
     */
    public void supply(Map<String, String> texts, String where) {
        supplied = new Supplied(Map.copyOf(texts), where);
    }

    /** @throws RouteFaultsException if they cannot be read, or there is no route file */
    @Override
    public RouteFiles get() {
        Supplied now = supplied;
        return now == null
                ? RouteFiles.read(folder, backends.get(), workflows)
                : RouteFiles.of(now.texts(), now.where(), backends.get(), workflows);
    }
}
