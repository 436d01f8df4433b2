package io.inference.security;

import io.inference.api.call.Caller;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Names of groups as settings and routes write them: separated by commas, {@code *} for all callers. */
public record GroupNames(Set<String> names) {
    public static GroupNames parse(String text) {
        return new GroupNames(Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet()));
    }

    /** Whether a caller is in one of them; blank text contains no caller. */
    public boolean include(Caller caller) {
        return names.contains("*") || caller.groups().stream().anyMatch(names::contains);
    }

    /** The caller, as an admin if it is in one of them. */
    public Caller asAdmin(Caller caller) {
        return include(caller) ? caller.asAdmin() : caller;
    }
}
