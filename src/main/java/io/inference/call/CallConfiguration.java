package io.inference.call;

import io.inference.api.call.CallListener;
import io.inference.config.Settings;
import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;

@Configuration(proxyBeanMethods = false)
class CallConfiguration {
    /** What doors need to report the end of calls that are cancelled since the grace is over. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    @Bean
    static CallSettings callSettings(Settings settings) {
        return CallSettings.of(settings);
    }

    @Bean
    Calls calls(List<CallListener> listeners, CallSettings settings) {
        return new Calls(listeners, settings.grace());
    }

    /** Every phase may take longer than the grace: who waits for calls ends them, rather than being left behind. */
    @Bean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME)
    static DefaultLifecycleProcessor lifecycleProcessor(CallSettings settings) {
        var processor = new DefaultLifecycleProcessor();
        processor.setTimeoutPerShutdownPhase(settings.grace().plus(LAST_WORDS).toMillis());
        return processor;
    }
}
