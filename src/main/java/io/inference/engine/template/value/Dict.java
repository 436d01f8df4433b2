package io.inference.engine.template.value;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's dict: keeps the order of its keys, and treats 1, 1.0 and true as one key. */
public final class Dict {
    private record Entry(Object key, Object value) {}

    private final Map<Object, Entry> entries = new LinkedHashMap<>();

    /** Adds or replaces an entry; an old key stays as it was first written. Only for code that creates the dict. */
    public void put(Object key, Object value) {
        entries.merge(hashed(key), new Entry(key, value), (old, fresh) -> new Entry(old.key, fresh.value));
    }

    public void putAll(Dict other) {
        other.entries.values().forEach(entry -> put(entry.key, entry.value));
    }

    /** @throws Failure for a key that Python cannot hash */
    public @Nullable Object get(Object key) {
        Entry entry = entries.get(hashed(key));
        return entry == null ? null : entry.value;
    }

    public @Nullable Object get(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value;
    }

    public int size() {
        return entries.size();
    }

    public List<Object> keys() {
        List<Object> keys = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> keys.add(entry.key));
        return keys;
    }

    public List<Object> values() {
        List<Object> values = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> values.add(entry.value));
        return values;
    }

    /** Pairs of key and value. */
    public List<Object> items() {
        List<Object> items = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> items.add(Tuple.of(entry.key, entry.value)));
        return items;
    }

    public static boolean isHashable(Object key) {
        return switch (key) {
            case Str s -> true;
            case Long n -> true;
            case Double n -> true;
            case Boolean b -> true;
            case BigInteger n -> true;
            case None n -> true;
            case Tuple tuple -> tuple.elements().stream().allMatch(Dict::isHashable);
            default -> false;
        };
    }

    /** The key in Java's map: equal if Python's keys are equal. */
    private static Object hashed(Object key) {
        return switch (key) {
            case Str s -> s.text();
            case Boolean b -> b ? 1L : 0L;
            case Double d when d == Math.rint(d) && Math.abs(d) < 0x1p62 -> (long) (double) d;
            case Tuple tuple -> tuple.elements().stream().map(Dict::hashed).toList();
            case Object other when isHashable(other) -> other;
            default -> throw new Failure("a list, a dict or a generator cannot be a key");
        };
    }
}
