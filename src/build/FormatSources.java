import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks or rewrites the format of every Java file in a folder: {@code FormatSources check|write DIR}. */
class FormatSources {
    public static void main(String[] args) throws Exception {
        boolean write = args[0].equals("write");
        var options = JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build();
        Formatter formatter = Formatter.createFormatter(options);
        List<Path> wrong = new ArrayList<>();
        try (var files = Files.walk(Path.of(args[1]))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                String source = Files.readString(file);
                String wanted = format(formatter, file, source);
                if (!wanted.equals(source)) {
                    wrong.add(file);
                    if (write) {
                        Files.writeString(file, wanted);
                    }
                }
            }
        }
        if (!write && !wrong.isEmpty()) {
            wrong.forEach(file -> System.err.println("not formatted: " + file));
            System.err.println("format with: mvn -q toolchains:select-jdk-toolchain@find-jdk-25"
                    + " exec:exec@format -Dformatter.goal=write");
            System.exit(1);
        }
    }

    private static String format(Formatter formatter, Path file, String source) throws FormatterException {
        try {
            return formatter.formatSource(ImportOrderer.reorderImports(
                    RemoveUnusedImports.removeUnusedImports(source), JavaFormatterOptions.Style.PALANTIR));
        } catch (FormatterException e) {
            System.err.println("cannot be read: " + file);
            throw e;
        }
    }
}
