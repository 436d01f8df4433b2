package io.inference.imageserver.comfyui;

import io.inference.backend.workflow.Workflow;
import io.inference.backend.workflow.Workflows;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The workflows of an entry that names none: a checkpoint with nodes that every ComfyUI has. Their pictures go to
 * ComfyUI's temporary folder, so that its output folder does not grow.
 */
final class BuiltInWorkflows {
    /** For pictures from a text, and for edits of a whole picture. */
    static final Workflows WHOLE = new Workflows(read("generate"), read("edit"));

    /** For edits with a mask. */
    static final Workflow MASKED = read("edit-masked");

    private BuiltInWorkflows() {}

    private static Workflow read(String name) {
        try (InputStream file = BuiltInWorkflows.class.getResourceAsStream("/comfyui/" + name + ".workflow.json")) {
            if (file == null) {
                throw new IllegalStateException("no workflow " + name);
            }
            return new Workflow(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
