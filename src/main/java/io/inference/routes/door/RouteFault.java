package io.inference.routes.door;

/**
 * A fault of a route file.
 *
 * @param file name of the file; empty if the fault is not in one file
 * @param line line in it, from 1; 0 if unknown
 * @param step id of the step or route at fault, or name of the entry of a backend; empty if unknown
 */
public record RouteFault(String file, int line, String step, String message) {
    private boolean isOfRoutes() {
        return file.isEmpty() || file.endsWith(".camel.yaml");
    }

    /** The fault as text for operators: {@code chat.camel.yaml:12, step call-model: no bean …}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line);
        }
        if (!step.isEmpty()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(isOfRoutes() ? "step " : "entry ")
                    .append(step);
        }
        return text.append(text.isEmpty() ? "" : ": ").append(message).toString();
    }
}
