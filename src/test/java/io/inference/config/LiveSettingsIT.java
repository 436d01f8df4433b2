package io.inference.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RunningService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("model")
class LiveSettingsIT {
    @Test
    void everyVariableIsReadByTheCodeByARouteOrByTheFrameworksSettings() throws IOException {
        String readElsewhere = Files.readString(Path.of("src/main/resources/application.yaml")) + routes();
        try (RunningService service = RunningService.start("--local-engine=auto")) {
            Settings settings = service.bean(Settings.class);
            assertThat(KnownSettings.ALL).allSatisfy(setting -> {
                boolean read = settings.read().contains(setting.key())
                        || readElsewhere.contains("${" + setting.key() + "}")
                        || readElsewhere.contains("${" + setting.key() + ":")
                        || readElsewhere.contains("{{" + setting.key() + "}}");
                assertThat(read).as(setting.variable()).isTrue();
            });
        }
    }

    private static String routes() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".camel.yaml")).toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }
}
