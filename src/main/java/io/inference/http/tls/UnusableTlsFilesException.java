package io.inference.http.tls;

import java.util.List;

/** Files of which no certificate with its key can be made. Says which variable names what, and nothing of a key. */
class UnusableTlsFilesException extends Exception {
    private final transient List<String> faults;

    UnusableTlsFilesException(List<String> faults) {
        super(String.join("; ", faults), null, false, false);
        this.faults = List.copyOf(faults);
    }

    /** A line for each. */
    public List<String> faults() {
        return faults;
    }
}
