package io.inference.image.store;

import io.inference.config.Settings;
import io.inference.database.Database;
import io.inference.image.ImageLinks;
import io.inference.image.check.ImageCheck;
import io.inference.image.check.ImageLimits;
import io.inference.image.file.Volume;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Stored pictures, and the beans that the routes for them name. */
@Configuration(proxyBeanMethods = false)
class ImageConfiguration {
    /** For each access to the volume. */
    private static final Duration VOLUME_LIMIT = Duration.ofSeconds(10);

    @Bean
    ImageSettings imageSettings(Settings settings) {
        return ImageSettings.of(settings);
    }

    @Bean
    ImageCheck imageCheck(ImageSettings settings) {
        return new ImageCheck(new ImageLimits(settings.mostPixelsASide()));
    }

    @Bean
    Volume imageVolume(ImageSettings settings) {
        return new Volume(settings.folder(), settings.minFreeBytes(), VOLUME_LIMIT);
    }

    @Bean
    VolumeBinding volumeBinding(Database database, Volume volume) {
        return new VolumeBinding(database, volume);
    }

    @Bean
    ImageRows imageRows(ImageSettings settings) {
        return new ImageRows(settings.retention());
    }

    @Bean
    StoredImages images(
            Database database,
            ImageRows rows,
            VolumeBinding binding,
            Volume volume,
            ImageCheck check,
            ImageSettings settings) {
        return new StoredImages(database, rows, binding, volume, check, settings.quota());
    }

    @Bean
    ImageStoreCheckProcessor imageStoreCheckProcessor(StoredImages images, ImageSettings settings) {
        return new ImageStoreCheckProcessor(images, settings.mostPixelsASide(), settings.generation());
    }

    @Bean
    ImageStoreProcessor imageStoreProcessor(StoredImages images, ImageCheck check, ObjectProvider<ImageLinks> links) {
        return new ImageStoreProcessor(images, check, links);
    }

    @Bean
    ImageUpkeep imageUpkeep(
            Database database, ImageRows rows, VolumeBinding binding, Volume volume, MeterRegistry registry) {
        var reconciler = new ImageReconciler(database, rows, binding, volume);
        return new ImageUpkeep(database, rows, binding, volume, reconciler, registry);
    }

    @Bean
    ImageHealth imagesHealthIndicator(ImageUpkeep upkeep) {
        return new ImageHealth(upkeep);
    }

    @Bean
    ImageUpkeepProcessor probeImagesProcessor(ImageUpkeep upkeep) {
        return new ImageUpkeepProcessor(upkeep::probe);
    }

    @Bean
    ImageUpkeepProcessor reconcileImagesProcessor(ImageUpkeep upkeep) {
        return new ImageUpkeepProcessor(upkeep::reconcileIfDue);
    }

    @Bean
    ImageUpkeepProcessor deleteUnusedImageFilesProcessor(ImageUpkeep upkeep) {
        return new ImageUpkeepProcessor(upkeep::deleteUnused);
    }
}
