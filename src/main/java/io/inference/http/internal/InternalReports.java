package io.inference.http.internal;

import java.util.Map;

/** What the internal endpoints tell, as JSON objects. */
public interface InternalReports {
    /** By variable: its effective value, the layer it comes from; secrets masked. */
    Map<String, ?> config();

    /** Calls under way and waiting, backends and their models. */
    Map<String, ?> status();
}
