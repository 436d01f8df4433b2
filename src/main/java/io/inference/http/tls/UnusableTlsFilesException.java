package io.inference.http.tls;

import java.util.List;

/**
 * Files that are not a usable certificate with its key. The message names the variables and files, and nothing of the
 * key.
 */
class UnusableTlsFilesException extends Exception {
    private final transient List<String> faults;

    UnusableTlsFilesException(List<String> faults) {
        super(String.join("; ", faults), null, false, false);
        this.faults = List.copyOf(faults);
    }

    /** One line for each fault. */
    public List<String> faults() {
        return faults;
    }
}
