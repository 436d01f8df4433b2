package io.inference.routes.backend;

import io.inference.backend.BackendEntries;
import io.inference.backend.BackendEntry;
import io.inference.backend.BackendSettings;
import io.inference.backend.BackendsFile;
import io.inference.backend.EntryFault;
import io.inference.models.BackendSet;
import io.inference.models.ModelDirectory;
import io.inference.routes.check.RouteFaultsException;
import io.inference.routes.check.RouteFiles;
import io.inference.routes.door.PublishingPoint;
import io.inference.routes.door.RouteFault;
import java.util.List;
import java.util.function.Function;
import org.apache.camel.CamelContext;

/**
 * The backends of generations.
 *
 * @param opening opens the backends of entries, or throws {@link IllegalArgumentException} with a message for operators
 * @param directory reports on the backends of the generation that serves
 */
public record BackendSource(
        BackendSettings settings, Function<List<BackendEntry>, BackendSet> opening, ModelDirectory directory) {
    /** The entries of the file and of the variables. */
    public BackendEntries read(RouteFiles files) {
        return BackendsFile.read(files.backends(), files.workflows(), settings);
    }

    /** @throws RouteFaultsException if an entry cannot be used */
    public BackendSet open(BackendEntries entries) {
        try {
            return opening.apply(entries.entries());
        } catch (IllegalArgumentException e) {
            throw new RouteFaultsException(
                    List.of(new RouteFault(RouteFiles.BACKENDS, 0, "", String.valueOf(e.getMessage()))));
        }
    }

    /** A fault of the file, as a fault of the generation. */
    public static RouteFault fault(EntryFault fault) {
        return new RouteFault(RouteFiles.BACKENDS, fault.line(), fault.entry(), fault.message());
    }

    /** Sets the backends that the routes of a context ask. */
    public static void set(CamelContext context, BackendSet backends) {
        context.getCamelContextExtension().addContextPlugin(BackendSet.class, backends);
    }

    /** The backends that the routes of a context ask. */
    public static BackendSet of(CamelContext context) {
        return context.getCamelContextExtension().getContextPlugin(BackendSet.class);
    }

    /** Reports on the backends once their generation serves. */
    public PublishingPoint.Publication publication(BackendSet open) {
        return new PublishingPoint.Publication() {
            @Override
            public List<RouteFault> faults() {
                return List.of();
            }

            @Override
            public void publish() {
                directory.serve(open);
            }
        };
    }
}
