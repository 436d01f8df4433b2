package io.inference.backend;

import java.util.List;

/**
 * What {@code backends.yaml} and the variables say together.
 *
 * @param entries the enabled ones, in the order of preference among equal priorities
 * @param faults all of the file; entries at fault are left out
 */
public record BackendEntries(List<BackendEntry> entries, List<EntryFault> faults) {
    public BackendEntries {
        entries = List.copyOf(entries);
        faults = List.copyOf(faults);
    }
}
