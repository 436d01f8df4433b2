package io.inference.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.call.Call;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.backend.BackendEntry;
import io.inference.backend.BackendFactory;
import io.inference.backend.BackendKind;
import io.inference.backend.EntrySecrets;
import io.inference.backend.ServiceAddresses;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackendPoolTest {
    private final List<FakeBackend> created = new ArrayList<>();
    private final BackendPool pool = new BackendPool(List.of(new Fakes()), new EntrySecrets(name -> Optional.empty()));

    private final class Fakes implements BackendFactory {
        @Override
        public BackendKind kind() {
            return BackendKind.OPENAI;
        }

        @Override
        public Backend create(BackendEntry entry, URI url, EntrySecrets secrets) {
            if (url.getHost().equals("bad")) {
                throw new IllegalArgumentException("a bad certificate");
            }
            FakeBackend fake = new FakeBackend(entry.name());
            fake.has("m-" + entry.name());
            created.add(fake);
            return fake;
        }
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private static BackendEntry entry(String name, String... hosts) {
        List<URI> urls = List.of(hosts).stream()
                .map(host -> URI.create("http://" + host))
                .toList();
        return BackendEntry.of(name, BackendKind.OPENAI, urls, Duration.ofMinutes(1));
    }

    @Test
    void aBackendLivesWhileAnySetHasItsEntry() {
        BackendSet first = pool.open(List.of(entry("a", "x"), entry("b", "y")));
        first.refresh();
        BackendSet second = pool.open(List.of(entry("a", "x")));

        assertThat(second.named("a")).isSameAs(first.named("a"));
        assertThat(second.backendsFor("m-a")).as("its list is kept").containsExactly("a");
        first.close();
        first.close();
        assertThat(created.get(0).closed).isFalse();
        assertThat(created.get(1).closed).isTrue();
        second.close();
        assertThat(created.get(0).closed).isTrue();
        assertThat(pool.size()).isZero();
    }

    @Test
    void aChangedEntryIsAnotherBackend() {
        BackendSet first = pool.open(List.of(entry("a", "x")));
        BackendSet second = pool.open(List.of(entry("a", "x", "y")));

        assertThat(second.named("a")).isNotSameAs(first.named("a"));
        assertThat(created).hasSize(3);
        first.close();
        assertThat(created).extracting(fake -> fake.closed).containsExactly(true, false, false);
    }

    @Test
    void asksInTheBackgroundAndEachSetLearnsOfIt() {
        BackendSet first = pool.open(List.of(entry("a", "x")));
        BackendSet second = pool.open(List.of(entry("a", "x")));

        await().until(() -> !second.find("m-a").isEmpty() && !first.find("m-a").isEmpty());
        created.getFirst().has("other");
        // The first question may still be about to end, and is then not asked again.
        await().untilAsserted(() -> {
            first.refresh();
            assertThat(second.backendsFor("other")).containsExactly("a");
        });
    }

    @Test
    void anEntryThatCannotBeUsedLeavesNothingOpen() {
        assertThatThrownBy(() -> pool.open(List.of(entry("a", "x"), entry("b", "bad"))))
                .hasMessage("a bad certificate");
        assertThat(created).singleElement().extracting(fake -> fake.closed).isEqualTo(true);
        assertThat(pool.size()).isZero();
    }

    /** The servers of one Service. */
    private static final class Pods implements ServiceAddresses {
        private volatile List<URI> ready = List.of();
        private volatile Runnable onChange = () -> {};

        void ready(String... hosts) {
            ready = Stream.of(hosts).map(host -> URI.create("http://" + host)).toList();
            onChange.run();
        }

        @Override
        public List<URI> of(URI service, boolean tls) {
            return ready;
        }

        @Override
        public void onChange(Runnable task) {
            onChange = task;
        }
    }

    @Test
    void aServerThatIsGoneGetsNoNewCallAndFinishesThoseItHas() {
        Pods pods = new Pods();
        try (BackendPool discovering =
                new BackendPool(List.of(new Fakes()), new EntrySecrets(name -> Optional.empty()), pods)) {
            BackendSet set = discovering.open(List.of(BackendEntry.of(
                    "a", BackendKind.OPENAI, List.of(URI.create("kubernetes://models:8000")), Duration.ofMinutes(1))));
            LiveBackend backend = set.named("a");
            assertThatThrownBy(() -> open(backend)).hasMessageContaining("no replica");

            pods.ready("x");
            ChatAnswer.Streamed running = open(backend);
            pods.ready("y");
            open(backend).chunks().close();

            assertThat(created).extracting(fake -> fake.answered.get()).containsExactly(1, 1);
            assertThat(created).extracting(fake -> fake.closed).containsExactly(false, false);
            running.chunks().close();
            assertThat(created).extracting(fake -> fake.closed).containsExactly(true, false);
            assertThat(backend.stateNow().urls()).containsExactly("http://y");

            pods.ready();
            assertThatThrownBy(() -> open(backend)).hasMessageContaining("no replica");
        }
    }

    private static ChatAnswer.Streamed open(LiveBackend backend) {
        ChatRequest request = new ChatRequest(
                "m", List.of(Message.of(Role.USER, "hi")), Options.DEFAULTS, List.of(), null, null, null, true);
        return (ChatAnswer.Streamed) backend.ask(request, new Call("id", "rest", Duration.ofMinutes(1)), false);
    }

    @Test
    void aServiceNeedsACluster() {
        BackendEntry entry = BackendEntry.of(
                "a", BackendKind.OPENAI, List.of(URI.create("kubernetes://models:8000")), Duration.ofMinutes(1));
        assertThatThrownBy(() -> pool.open(List.of(entry)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("KUBERNETES_ENABLED");
    }
}
