package io.inference.engine.cuda;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Loads the test double of CUDA's driver before the first test, so that no test depends on a driver of the machine and
 * JCuda, which can be loaded only once in a JVM, finds the double whichever test comes first.
 */
public final class CudaDoubleListener implements LauncherSessionListener {
    @Override
    public void launcherSessionOpened(LauncherSession session) {
        CudaDouble.load();
    }
}
