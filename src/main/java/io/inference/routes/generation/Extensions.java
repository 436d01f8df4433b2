package io.inference.routes.generation;

import io.inference.config.SettingsException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/**
 * The jars in EXTENSIONS_DIR, read once at the start: Camel components and their dependencies, for routes alone.
 * Classes that the service has are used in its own version.
 */
public final class Extensions {
    private Extensions() {}

    /**
     * @param folder null for none
     * @return the service's own class loader if there is no such folder, or no jar in it
     * @throws SettingsException for a file that is not a jar, which would otherwise fail only in a route
     */
    public static ClassLoader of(@Nullable Path folder) {
        ClassLoader own = Extensions.class.getClassLoader();
        if (folder == null || !Files.isDirectory(folder)) {
            return own;
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
            return jars.isEmpty() ? own : new URLClassLoader("extensions", urls(jars), own);
        } catch (IOException e) {
            throw new SettingsException(List.of("EXTENSIONS_DIR holds '" + folder + "', which cannot be read: " + e));
        }
    }

    private static URL[] urls(List<Path> jars) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars) {
            try (ZipFile readable = new ZipFile(jar.toFile())) {
                urls.add(jar.toUri().toURL());
            } catch (IOException e) {
                throw new SettingsException(List.of("EXTENSIONS_DIR: '" + jar + "' is no jar that can be read"));
            }
        }
        return urls.toArray(URL[]::new);
    }

    /** Runs the start of routes so that they, and the threads that they create, find the classes of the jars. */
    static void within(CamelContext context, Action action) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(context.getApplicationContextClassLoader());
        try {
            action.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** An action that may throw any exception, like Camel's. */
    interface Action {
        void run() throws Exception;
    }
}
