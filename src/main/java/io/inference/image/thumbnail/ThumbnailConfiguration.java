package io.inference.image.thumbnail;

import io.inference.database.Database;
import io.inference.image.Images;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ThumbnailConfiguration {
    /** Half the cores: answers of models are being written meanwhile. */
    @Bean
    Thumbnails thumbnails(Images images, Database database) {
        return new Thumbnails(images, database, Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    }
}
