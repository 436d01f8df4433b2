package io.inference.routes.door;

/**
 * What is wrong in a route file.
 *
 * @param file name of the file; empty where the fault is not in one file
 * @param line line in it, from 1; 0 where it is not known
 * @param step id of the step or route at fault; empty where it is not known
 */
public record RouteFault(String file, int line, String step, String message) {
    /** The fault as an operator reads it: {@code chat.camel.yaml:12, step call-model: no bean …}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line);
        }
        if (!step.isEmpty()) {
            text.append(text.isEmpty() ? "" : ", ").append("step ").append(step);
        }
        return text.append(text.isEmpty() ? "" : ": ").append(message).toString();
    }
}
