package io.inference.broker;

import java.util.List;

/** What the broker has is other than what is needed; the message has a line for each difference. */
class TopologyException extends Exception {
    public TopologyException(List<String> faults) {
        super(String.join("; ", faults));
    }
}
