package io.inference.image.link;

import io.inference.config.Settings;
import io.inference.database.Database;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class LinkConfiguration {
    @Bean
    SignedLinks imageLinks(Database database, Settings settings) {
        return new SignedLinks(new SqlLinkStore(database), LinkSettings.of(settings), InstantSource.system());
    }
}
