package io.inference.amqp.message;

import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a request: the bytes as received, and the map that routes see, which is parsed only if a route reads
 * it.
 */
public final class Payload extends AbstractMap<String, Object> {
    private final byte[] bytes;
    private final @Nullable String modelName;
    private @Nullable Map<String, Object> fields;

    /**
     * @param bytes a JSON object
     * @param modelName its field {@code model}, if it is text
     */
    Payload(byte[] bytes, @Nullable String modelName) {
        this.bytes = bytes;
        this.modelName = modelName;
    }

    @Nullable
    public String modelName() {
        return modelName;
    }

    /** The bytes as received, unless a route changed the payload. */
    public synchronized byte[] toBytes() {
        return fields == null || fields.equals(EnvelopeJson.object(bytes)) ? bytes : EnvelopeJson.bytes(fields);
    }

    private synchronized Map<String, Object> fields() {
        if (fields == null) {
            fields = EnvelopeJson.object(bytes);
        }
        return fields;
    }

    @Override
    public Set<Map.Entry<String, Object>> entrySet() {
        return fields().entrySet();
    }

    @Override
    public boolean containsKey(Object name) {
        return fields().containsKey(name);
    }

    @Override
    public @Nullable Object get(Object name) {
        return fields().get(name);
    }

    @Override
    public @Nullable Object put(String name, Object value) {
        return fields().put(name, value);
    }

    @Override
    public @Nullable Object remove(Object name) {
        return fields().remove(name);
    }
}
