package io.inference.broker;

import java.util.List;

/** The broker's topology differs from the required one; the message has a line for each difference. */
class TopologyException extends Exception {
    public TopologyException(List<String> faults) {
        super(String.join("; ", faults));
    }
}
