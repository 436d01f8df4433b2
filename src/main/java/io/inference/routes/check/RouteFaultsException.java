package io.inference.routes.check;

import io.inference.routes.door.RouteFault;
import java.util.List;
import java.util.stream.Collectors;

/** Route files that cannot be served; the message has a line for each fault. */
public class RouteFaultsException extends RuntimeException {
    private final transient List<RouteFault> faults;

    public RouteFaultsException(List<RouteFault> faults) {
        super(faults.stream().map(RouteFault::toString).collect(Collectors.joining(System.lineSeparator())));
        this.faults = List.copyOf(faults);
    }

    public List<RouteFault> faults() {
        return faults;
    }
}
