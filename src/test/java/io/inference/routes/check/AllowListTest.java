package io.inference.routes.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.config.Settings;
import io.inference.http.server.HttpPublishingPoint;
import io.inference.routes.door.InFlight;
import io.inference.routes.generation.GenerationContext;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.SimpleRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.mock.env.MockEnvironment;

/** Every component and language of the list that routes may use is available. */
class AllowListTest {
    private DefaultCamelContext context;

    @BeforeEach
    void createGeneration() {
        context = GenerationContext.create(
                1, new SimpleRegistry(), new Settings(new MockEnvironment()), new AllowList(""));
        // As the REST door does: its component needs a listener.
        new HttpPublishingPoint().prepare(context, new InFlight());
        context.start();
    }

    @AfterEach
    void stopGeneration() {
        context.stop();
    }

    @ParameterizedTest
    @MethodSource("components")
    void everyComponentOfTheListIsOnTheClassPath(String name) {
        assertThat(context.getComponent(name)).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("languages")
    void everyLanguageOfTheListIsOnTheClassPath(String name) {
        assertThat(context.resolveLanguage(name)).isNotNull();
    }

    static Set<String> components() {
        return AllowList.COMPONENTS;
    }

    static Set<String> languages() {
        return AllowList.LANGUAGES;
    }
}
