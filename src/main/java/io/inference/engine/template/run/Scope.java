package io.inference.engine.template.run;

import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Undefined;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The visible names: a loop's and a macro's own, then the enclosing ones. */
public final class Scope {
    private final @Nullable Scope outer;
    private final Map<String, Object> names = new HashMap<>();

    public Scope(@Nullable Scope outer) {
        this.outer = outer;
    }

    public void set(String name, Object value) {
        names.put(name, value);
    }

    public void setIfMissing(String name, Object value) {
        names.putIfAbsent(name, value);
    }

    public Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Object value = scope.names.get(name);
            if (value != null) {
                return value;
            }
        }
        if (name.equals("self")) {
            throw Failure.unsupported("'self' (the template's blocks)");
        }
        return Undefined.named(name);
    }
}
