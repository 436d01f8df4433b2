package io.inference.local.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that need the same model: one fetches, the other waits and finds it. */
class TwoStartersTest {
    @TempDir
    Path folder;

    /** The second process: prints that it waits, then the path of the model. */
    public static void main(String[] args) {
        FetchListener listener = new FetchListener() {
            @Override
            public void waiting(String id) {
                System.out.println("waiting");
            }
        };
        StoreSettings settings = StoreFixture.settings(Path.of(args[0]), URI.create(args[1]));
        System.out.println(new ModelStore(settings, StoreFixture.catalogue(StoreFixture.REMOTE), listener)
                .ensure(StoreFixture.ID));
    }

    @Test
    void theSecondProcessWaitsForTheFirst() throws Exception {
        try (ModelServer server = new ModelServer(StoreFixture.CONTENT)) {
            CountDownLatch firstFetches = new CountDownLatch(1);
            CountDownLatch secondWaits = new CountDownLatch(1);
            server.nextTime((exchange, content) -> {
                firstFetches.countDown();
                await(secondWaits);
                ModelServer.serve(exchange, content);
            });
            StoreSettings settings = StoreFixture.settings(folder, server.address());
            Thread first = Thread.startVirtualThread(
                    () -> new ModelStore(settings, StoreFixture.catalogue(StoreFixture.REMOTE), FetchListener.NONE)
                            .ensure(StoreFixture.ID));
            await(firstFetches);
            Process second = start(folder, server.address());
            try (var output = second.inputReader()) {
                assertThat(output.lines().filter(line -> line.equals("waiting")).findFirst())
                        .isPresent();
                secondWaits.countDown();
                assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
            } finally {
                second.destroyForcibly();
            }
            first.join();
            assertThat(second.exitValue()).isZero();
            assertThat(folder.resolve("tiny.gguf")).hasBinaryContent(StoreFixture.CONTENT);
            assertThat(server.requests()).hasSize(1);
        }
    }

    private static Process start(Path folder, URI server) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        TwoStartersTest.class.getName(),
                        folder.toString(),
                        server.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(2, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
