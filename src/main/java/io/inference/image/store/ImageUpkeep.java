package io.inference.image.store;

import io.inference.database.Database;
import io.inference.database.TimeColumn;
import io.inference.image.ImageCleanUp;
import io.inference.image.StoredImage;
import io.inference.image.file.Volume;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the routes of the service context do for pictures on their timers, and what operators see of it. */
final class ImageUpkeep implements ImageCleanUp {
    private static final int MOST_SHOWN = 1000;
    private static final LocalTime NIGHT = LocalTime.of(3, 0);
    private static final Duration COUNT_PERIOD = Duration.ofMinutes(1);

    private final Instant startedAt = Instant.now();
    private final Database database;
    private final ImageRows rows;
    private final VolumeBinding binding;
    private final Volume volume;
    private final ImageReconciler reconciler;
    private final MeterRegistry registry;
    private long countedAt = System.nanoTime() - COUNT_PERIOD.toNanos();
    private volatile ImageRows.@Nullable Used stored;

    ImageUpkeep(
            Database database,
            ImageRows rows,
            VolumeBinding binding,
            Volume volume,
            ImageReconciler reconciler,
            MeterRegistry registry) {
        this.database = database;
        this.rows = rows;
        this.binding = binding;
        this.volume = volume;
        this.reconciler = reconciler;
        this.registry = registry;
        gauge("inference.images.free.bytes", "Free space of IMAGE_DIR", upkeep -> known(volume.freeBytes()));
        gauge("inference.images.usable", "1 if pictures can be stored", upkeep -> upkeep.problem() == null ? 1 : 0);
        gauge("inference.images.files", "Files of pictures", upkeep -> {
            ImageRows.Used counted = upkeep.stored;
            return counted == null ? Double.NaN : counted.files();
        });
        gauge("inference.images.bytes", "Bytes of files of pictures", upkeep -> {
            ImageRows.Used counted = upkeep.stored;
            return counted == null ? Double.NaN : counted.bytes();
        });
    }

    private void gauge(String name, String description, ToDoubleFunction<ImageUpkeep> value) {
        Gauge.builder(name, this, value).description(description).register(registry);
    }

    private static double known(long bytes) {
        return bytes < 0 ? Double.NaN : bytes;
    }

    /** Why pictures cannot be stored, for operators; null if nothing is known. */
    @Nullable
    String problem() {
        String wrong = binding.problem();
        return wrong == null ? volume.problem() : wrong;
    }

    /** Finds out whether the volume can be used, also after it could not. */
    void probe() {
        volume.probe();
        if (volume.isReachable() && binding.isBound() && System.nanoTime() - countedAt > COUNT_PERIOD.toNanos()) {
            stored = database.call(rows::stored);
            countedAt = System.nanoTime();
        }
    }

    /** Reconciles rows and files if no replica has done so since this one started, or since three in the morning. */
    void reconcileIfDue() {
        if (!binding.isBound()) {
            return;
        }
        Instant last = database.call(client -> client.sql("SELECT reconciled_at FROM image_volume")
                .query((row, number) -> {
                    Instant time = TimeColumn.read(row, "reconciled_at");
                    return time == null ? Instant.EPOCH : time;
                })
                .optional()
                .orElse(Instant.EPOCH));
        if (last.isBefore(startedAt) || last.isBefore(lastNight())) {
            Instant begun = Instant.now();
            count(reconciler.run(true));
            int ignored = database.<Integer>call(client -> client.sql("UPDATE image_volume SET reconciled_at = ?")
                    .param(TimeColumn.of(begun))
                    .update());
        }
    }

    private static Instant lastNight() {
        ZonedDateTime now = ZonedDateTime.now(ZoneId.systemDefault());
        ZonedDateTime night = now.with(NIGHT);
        return (night.isAfter(now) ? night.minusDays(1) : night).toInstant();
    }

    private void count(ImageReconciler.Findings found) {
        count("file", found.files().size());
        count("row", found.rows().size());
        count("temporary", found.temporary().size());
    }

    private void count(String what, int repaired) {
        registry.counter("inference.images.repaired", "what", what).increment(repaired);
    }

    /** Deletes the files of pictures that have expired. */
    void deleteUnused() {
        registry.counter("inference.images.expired.files").increment(reconciler.deleteUnused());
    }

    @Override
    public Preview preview() {
        List<StoredImage> expired = database.call(client -> rows.expired(client, MOST_SHOWN));
        ImageRows.Used all = database.call(rows::expiredSum);
        ImageReconciler.Findings found = reconciler.run(false);
        return new Preview(
                expired,
                all.files(),
                all.bytes(),
                some(found.files()),
                some(found.rows()),
                some(found.temporary()),
                some(found.unknown()));
    }

    private static List<String> some(List<String> names) {
        return names.subList(0, Math.min(MOST_SHOWN, names.size()));
    }
}
