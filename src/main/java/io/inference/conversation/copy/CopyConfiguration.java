package io.inference.conversation.copy;

import io.inference.config.Settings;
import io.inference.conversation.store.SummaryRows;
import io.inference.redis.LateConnectionFactory;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Copies of conversations, and the beans that the routes for them name. */
@Configuration(proxyBeanMethods = false)
class CopyConfiguration {
    private static final String CONNECTION = "redisForRoutes";

    @Bean
    CopySettings copySettings(Settings settings) {
        return CopySettings.of(settings);
    }

    @Bean
    CopyReport copyReport(MeterRegistry registry) {
        return new CopyReport(registry);
    }

    @Bean
    RedisCopies redisCopies(
            @Qualifier(CONNECTION) LateConnectionFactory connection,
            @Qualifier("redisTemplate") StringRedisTemplate redis,
            CopySettings settings) {
        return new RedisCopies(connection, redis, settings.messagesKept());
    }

    @Bean
    FindCopyProcessor findCopyProcessor(@Qualifier(CONNECTION) LateConnectionFactory redis, CopyReport report) {
        return new FindCopyProcessor(redis, report);
    }

    @Bean
    UseCopyProcessor useCopyProcessor(SummaryRows rows, CopyReport report) {
        return new UseCopyProcessor(rows, report);
    }

    @Bean
    MakeCopyProcessor makeCopyProcessor(@Qualifier(CONNECTION) LateConnectionFactory redis, CopySettings settings) {
        return new MakeCopyProcessor(redis, settings.messagesKept());
    }
}
