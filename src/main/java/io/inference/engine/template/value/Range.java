package io.inference.engine.template.value;

import java.util.AbstractList;
import java.util.List;

/** Python's range: {@code start, start + step, …}, {@code size} numbers. */
public record Range(long start, long stop, long step, int size) {
    public List<Object> elements() {
        return new AbstractList<>() {
            @Override
            public Object get(int index) {
                return start + index * step;
            }

            @Override
            public int size() {
                return size;
            }
        };
    }
}
