package io.inference.routes.generation;

import io.inference.backend.BackendSettings;
import io.inference.backend.EntrySecrets;
import io.inference.models.BackendSet;
import io.inference.models.ModelDirectory;
import io.inference.routes.backend.BackendSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Generations whose routes ask no backend. */
public final class NoBackends {
    /** Has no entry unless a file names one. */
    public static final BackendSource SOURCE = new BackendSource(
            new BackendSettings(
                    null,
                    Path.of("config"),
                    Duration.ofMinutes(5),
                    List.of(),
                    key -> Optional.empty(),
                    new EntrySecrets(name -> Optional.empty())),
            BackendSet::unconnected,
            new ModelDirectory());

    private NoBackends() {}
}
