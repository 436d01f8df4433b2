package io.inference.image.input;

import io.inference.config.Settings;
import io.inference.image.Images;
import io.inference.image.link.SignedLinks;
import io.inference.image.remote.RemoteImages;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class InputConfiguration {
    @Bean
    InputSettings imageInputSettings(Settings settings) {
        return InputSettings.of(settings);
    }

    @Bean
    RemoteImages remoteImages(Images images, InputSettings settings) {
        return new RemoteImages(Math.min(images.mostBytes(), settings.mostBytes()));
    }

    @Bean
    LoadImagesProcessor loadImagesProcessor(
            Images images, SignedLinks links, RemoteImages remote, InputSettings settings) {
        return new LoadImagesProcessor(new RequestImages(images, links, remote, settings));
    }
}
