package io.inference.routes.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.config.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtensionsTest {
    private static final ClassLoader OWN = Extensions.class.getClassLoader();

    @TempDir
    Path folder;

    @Test
    void withoutAFolderOrAJarThereIsNothingButTheServicesOwn() throws IOException {
        assertThat(Extensions.of(folder.resolve("none"))).isSameAs(OWN);
        Files.writeString(folder.resolve("notes.txt"), "no jar");
        assertThat(Extensions.of(folder)).isSameAs(OWN);
        assertThat(Extensions.of(null)).isSameAs(OWN);
    }

    @Test
    void whatIsInAJarIsFoundWhileRoutesStartAndNotAfterwards() throws Exception {
        try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(folder.resolve("a.jar")))) {
            jar.putNextEntry(new ZipEntry("only-there.txt"));
        }
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.setApplicationContextClassLoader(Extensions.of(folder));
            assertThat(context.getClassResolver().loadResourceAsURL("only-there.txt"))
                    .isNotNull();
            Extensions.within(
                    context,
                    () -> assertThat(Thread.currentThread()
                                    .getContextClassLoader()
                                    .getResource("only-there.txt"))
                            .isNotNull());
        }
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    @Test
    void aFileThatIsNoJarIsToldByName() throws IOException {
        Files.writeString(folder.resolve("camel-kafka.jar"), "<html>not found</html>");
        assertThatThrownBy(() -> Extensions.of(folder))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("EXTENSIONS_DIR", "camel-kafka.jar", "is no jar that can be read");
    }
}
