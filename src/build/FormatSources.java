import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Checks or rewrites the format of every Java file in a folder: {@code FormatSources check|write DIR}. */
class FormatSources {
    public static void main(String[] args) throws Exception {
        boolean write = args[0].equals("write");
        var options = JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build();
        Formatter formatter = Formatter.createFormatter(options);
        List<Path> sources;
        try (var files = Files.walk(Path.of(args[1]))) {
            sources = files.filter(f -> f.toString().endsWith(".java")).sorted().toList();
        }
        List<Path> wrong = sources.parallelStream()
                .filter(file -> !isFormatted(formatter, file, write))
                .toList();
        if (!write && !wrong.isEmpty()) {
            wrong.forEach(file -> System.err.println("not formatted: " + file));
            System.err.println("format with: mvn -q toolchains:select-jdk-toolchain@find-jdk-25"
                    + " exec:exec@format -Dformatter.goal=write");
            System.exit(1);
        }
    }

    private static boolean isFormatted(Formatter formatter, Path file, boolean write) {
        try {
            String source = Files.readString(file);
            String wanted = formatter.formatSource(ImportOrderer.reorderImports(
                    RemoveUnusedImports.removeUnusedImports(source), JavaFormatterOptions.Style.PALANTIR));
            if (write && !wanted.equals(source)) {
                Files.writeString(file, wanted);
            }
            return wanted.equals(source);
        } catch (FormatterException e) {
            throw new IllegalStateException("cannot be read: " + file, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
