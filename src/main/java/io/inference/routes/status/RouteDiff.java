package io.inference.routes.status;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** How two sets of route files differ. */
public final class RouteDiff {
    private static final int CONTEXT_LINES = 3;
    private static final int MAX_LINES = 2_000;

    private RouteDiff() {}

    /** Names of the files that differ, were added or were removed. */
    public static List<String> files(Map<String, String> before, Map<String, String> after) {
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        names.removeIf(name -> before.getOrDefault(name, "").equals(after.getOrDefault(name, "")));
        return List.copyOf(names);
    }

    /** In the unified format; truncated if it is very long. */
    public static String unified(Map<String, String> before, Map<String, String> after) {
        List<String> lines = new ArrayList<>();
        for (String name : files(before, after)) {
            List<String> old = before.getOrDefault(name, "").lines().toList();
            List<String> now = after.getOrDefault(name, "").lines().toList();
            lines.addAll(UnifiedDiffUtils.generateUnifiedDiff(
                    before.containsKey(name) ? name : "/dev/null",
                    after.containsKey(name) ? name : "/dev/null",
                    old,
                    DiffUtils.diff(old, now),
                    CONTEXT_LINES));
        }
        return String.join("\n", lines.size() > MAX_LINES ? lines.subList(0, MAX_LINES) : lines);
    }
}
