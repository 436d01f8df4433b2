package io.inference;

/** The service with the real model, started once for all tests that need it and stopped with their JVM. */
public final class TestService {
    /** The model that {@link #baseUrl} serves. */
    public static final String MODEL = "smollm2:135m";

    private TestService() {}

    /** Address of the REST door, without a path. */
    public static String baseUrl() {
        return Holder.SERVICE.baseUrl();
    }

    private static final class Holder {
        static final RunningService SERVICE = RunningService.start("--local-engine=auto", "--local-model=" + MODEL);
    }
}
