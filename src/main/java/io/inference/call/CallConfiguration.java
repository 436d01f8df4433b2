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
    /** Time that doors need to report the end of calls that are cancelled after the grace. */
    private static final Duration REPORT_TIME = Duration.ofSeconds(5);

    @Bean
    static CallSettings callSettings(Settings settings) {
        return CallSettings.of(settings);
    }

    @Bean
    Calls calls(List<CallListener> listeners, CallSettings settings) {
        return new Calls(listeners, settings.grace());
    }

    /**
     * Every phase may take longer than the grace, so that the code that waits for calls ends them before Spring goes on
     * without it.
     */
    @Bean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME)
    static DefaultLifecycleProcessor lifecycleProcessor(CallSettings settings) {
        var processor = new DefaultLifecycleProcessor();
        processor.setTimeoutPerShutdownPhase(settings.grace().plus(REPORT_TIME).toMillis());
        return processor;
    }
}
