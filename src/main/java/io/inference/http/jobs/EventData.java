package io.inference.http.jobs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The JSON objects of an event stream, without what frames them there. */
final class EventData {
    private static final String DATA = "data: ";
    private static final String DONE = "[DONE]";

    private EventData() {}

    /** @param events whole events as OpenAI's wire format has them: one line of data each */
    static List<byte[]> of(byte[] events) {
        List<byte[]> objects = new ArrayList<>();
        new String(events, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(DATA))
                .map(line -> line.substring(DATA.length()))
                .filter(data -> !data.equals(DONE))
                .forEach(data -> objects.add(data.getBytes(StandardCharsets.UTF_8)));
        return objects;
    }
}
