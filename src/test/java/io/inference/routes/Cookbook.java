package io.inference.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The recipes of routes/README.md, applied word for word. */
public final class Cookbook {
    private static final Path ROUTES = Path.of("routes");
    private static final Pattern RECIPE = Pattern.compile("### (.+)\\n((?:(?!### ).*\\n)*)");
    private static final Pattern INSTRUCTION = Pattern.compile(
            "(?:In `(?<file>[^`]+)`, (?<where>before|after|in place of) `(?<step>[^`]+)`|A new file `(?<new>[^`]+)`"
                    + "|At the top of `(?<top>[^`]+)`):\\n```yaml\\n(?<yaml>.*?)```",
            Pattern.DOTALL);
    private static final Pattern SQL = Pattern.compile("```sql\\n(.*?)```", Pattern.DOTALL);

    private final String text;
    private final Map<String, String> recipes = new LinkedHashMap<>();

    public Cookbook() throws IOException {
        text = Files.readString(ROUTES.resolve("README.md"));
        RECIPE.matcher(text.substring(text.indexOf("## Recipes")))
                .results()
                .forEach(recipe -> recipes.put(recipe.group(1), recipe.group(2)));
    }

    public String text() {
        return text;
    }

    /** The recipes in their order. */
    public List<String> titles() {
        return List.copyOf(recipes.keySet());
    }

    /** Every block of YAML in a recipe. */
    public List<String> blocks(String title) {
        return instructions(title).stream().map(found -> found.group("yaml")).toList();
    }

    public String sql(String title) {
        return SQL.matcher(recipes.get(title))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    private List<MatchResult> instructions(String title) {
        List<MatchResult> found =
                INSTRUCTION.matcher(recipes.get(title)).results().toList();
        assertThat(found)
                .as("every block of '" + title + "' says where it goes")
                .hasSize(recipes.get(title).split("```yaml", -1).length - 1);
        return found;
    }

    /** The folder as in the repository. */
    public static void restore(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        try (Stream<Path> files = Files.list(ROUTES)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    /**
     * Applies a recipe.
     *
     * @param changes texts that differ at the operator's site: each text of the recipe, then its replacement
     */
    public void follow(String title, Path folder, String... changes) throws IOException {
        for (MatchResult instruction : instructions(title)) {
            String yaml = instruction.group("yaml");
            for (int i = 0; i < changes.length; i += 2) {
                yaml = yaml.replace(changes[i], changes[i + 1]);
            }
            if (instruction.group("new") != null) {
                Files.writeString(folder.resolve(instruction.group("new")), yaml);
            } else if (instruction.group("top") != null) {
                Path file = folder.resolve(instruction.group("top"));
                Files.writeString(file, yaml + Files.readString(file));
            } else {
                Path file = folder.resolve(instruction.group("file"));
                List<String> lines = new ArrayList<>(Files.readAllLines(file));
                insert(lines, instruction.group("where"), instruction.group("step"), yaml);
                Files.write(file, lines);
            }
        }
    }

    private static void insert(List<String> lines, String where, String step, String yaml) {
        int id = 0;
        while (!lines.get(id).matches("[ -]*id: " + Pattern.quote(step))) {
            id++;
        }
        int begin = id;
        while (!lines.get(begin).stripLeading().startsWith("- ")) {
            begin--;
        }
        int indent = indent(lines.get(begin));
        int end = begin + 1;
        while (end < lines.size() && (lines.get(end).isBlank() || indent(lines.get(end)) > indent)) {
            end++;
        }
        if (where.equals("in place of")) {
            lines.subList(begin, end).clear();
        }
        int at = where.equals("after") ? end : begin;
        lines.addAll(at, yaml.stripTrailing().indent(indent).lines().toList());
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }
}
