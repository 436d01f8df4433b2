package io.inference.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.kubernetes.KubernetesConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchedConfigMapTest {
    private final TestCluster cluster = new TestCluster();
    private final List<String> taken = new ArrayList<>();
    private WatchedConfigMap watched;

    @BeforeEach
    void watch() {
        Reports reports = new Reports(cluster.client(), TestCluster.NAMESPACE, "this", () -> true);
        watched = new WatchedConfigMap("map", "watch-map", reports, (data, before) -> taken.add(data.get("text")));
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static ConfigMap map(String uid, String version, String text) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName("map")
                .withUid(uid)
                .withResourceVersion(version)
                .addToAnnotations("version", version)
                .endMetadata()
                .withData(Map.of("text", text))
                .build();
    }

    private void watched(Watcher.Action action, ConfigMap map) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setBody(map);
        exchange.getMessage().setHeader(KubernetesConstants.KUBERNETES_EVENT_ACTION, action);
        watched.process(exchange);
    }

    @Test
    void anOlderStateAndAChangeOfAnnotationsAloneChangeNothing() {
        watched(Watcher.Action.ADDED, map("one", "9", "first"));
        watched.reread(map("one", "10", "second"));
        watched(Watcher.Action.MODIFIED, map("one", "9", "first"));
        watched(Watcher.Action.MODIFIED, map("one", "11", "second"));
        watched(Watcher.Action.DELETED, map("one", "12", "none"));
        assertThat(taken).containsExactly("first", "second");

        watched(Watcher.Action.ADDED, map("two", "3", "created again"));
        assertThat(taken).containsExactly("first", "second", "created again");
    }

    @Test
    void aChangeThatIsReadTwiceAndNeverWatchedShowsThatTheWatchHasEnded() {
        watched(Watcher.Action.ADDED, map("one", "1", "first"));
        assertThat(watched.reread(map("one", "1", "first"))).isNull();
        assertThat(watched.reread(map("one", "2", "second"))).isNull();
        assertThat(watched.reread(map("one", "2", "second"))).isEqualTo("watch-map");
        assertThat(taken).containsExactly("first", "second");

        watched(Watcher.Action.ADDED, map("one", "2", "second"));
        assertThat(watched.reread(map("one", "2", "second"))).isNull();
        assertThat(watched.reread(null)).isNull();
    }
}
