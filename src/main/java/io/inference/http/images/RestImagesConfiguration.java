package io.inference.http.images;

import io.inference.http.security.SignedPaths;
import io.inference.image.Images;
import io.inference.image.link.SignedLinks;
import io.inference.image.thumbnail.Thumbnails;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code rest-images.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class RestImagesConfiguration {
    @Bean
    ImageProcessors imageProcessors(Images images, SignedLinks links, Thumbnails thumbnails) {
        return new ImageProcessors(images, links, new ImageContent(images, thumbnails));
    }

    @Bean
    SignedPaths imageLinkPaths(SignedLinks links) {
        return new ImageLinkPaths(links);
    }

    @Bean
    Processor uploadImageProcessor(ImageProcessors processors) {
        return processors::upload;
    }

    @Bean
    Processor listImagesProcessor(ImageProcessors processors) {
        return processors::list;
    }

    @Bean
    Processor findImageProcessor(ImageProcessors processors) {
        return processors::find;
    }

    @Bean
    Processor deleteImageProcessor(ImageProcessors processors) {
        return processors::delete;
    }

    @Bean
    Processor imageContentProcessor(ImageProcessors processors) {
        return processors::content;
    }

    @Bean
    Processor linkImageProcessor(ImageProcessors processors) {
        return processors::link;
    }

    @Bean
    Processor revokeImageLinksProcessor(ImageProcessors processors) {
        return processors::revokeLinks;
    }

    @Bean
    Processor internalImageProcessor(ImageProcessors processors) {
        return processors::internalContent;
    }
}
