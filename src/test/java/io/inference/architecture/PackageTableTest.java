package io.inference.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The table of packages in ARCHITECTURE.md is the rule: it names every package of the project, and the packages that
 * each may import.
 */
class PackageTableTest {
    private static final Path DOCUMENT = Path.of("src/docs/ARCHITECTURE.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\|.*\\| (.*) \\|$");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");
    private static final Pattern OURS = Pattern.compile("io\\.inference\\.(\\w+)(?:\\..*)?");

    @Test
    void everyPackageIsInTheTableAndImportsWhatTheTableAllows() throws IOException {
        Map<String, Set<String>> allowed = table();
        Map<String, Set<String>> imports = imports();
        assertThat(allowed.keySet()).as("packages in " + DOCUMENT).isEqualTo(imports.keySet());
        imports.forEach((name, imported) ->
                assertThat(allowed.get(name)).as("what " + name + " may import").containsAll(imported));
    }

    private static Map<String, Set<String>> table() throws IOException {
        String text = Files.readString(DOCUMENT);
        int begin = text.indexOf("## Packages");
        return ROW.matcher(text.substring(begin, text.indexOf("\n## ", begin + 1)))
                .results()
                .collect(Collectors.toMap(
                        row -> row.group(1), row -> names(row.group(2)), (one, other) -> one, TreeMap::new));
    }

    private static Set<String> names(String cell) {
        return NAME.matcher(cell).results().map(name -> name.group(1)).collect(Collectors.toSet());
    }

    private static Map<String, Set<String>> imports() {
        Map<String, Set<String>> imports = new TreeMap<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.inference")) {
            String name = part(type);
            if (name.isEmpty()) {
                continue;
            }
            Set<String> imported = imports.computeIfAbsent(name, ignored -> new TreeSet<>());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String other = part(dependency.getTargetClass());
                if (!other.isEmpty() && !other.equals(name)) {
                    imported.add(other);
                }
            }
        }
        return imports;
    }

    /** The package below {@code io.inference}; empty for the root package and for libraries. */
    private static String part(JavaClass type) {
        return OURS.matcher(type.getPackageName())
                .results()
                .findFirst()
                .map((MatchResult found) -> found.group(1))
                .orElse("");
    }
}
