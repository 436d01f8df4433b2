package io.inference.yaml;

import com.networknt.schema.path.NodePath;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A place in a YAML text.
 *
 * @param line of the innermost key of its path, from 1; 0 for the whole text
 * @param label value of the key {@code labelKey} in the innermost mapping around it that has one; empty if none has
 * @param labelKey key whose value names a mapping for operators, such as {@code id}
 */
public record YamlPlace(Node node, int line, String label, String labelKey) {
    /** The whole text. */
    public static YamlPlace root(Node root, String labelKey) {
        return new YamlPlace(root, 0, "", labelKey);
    }

    /** The place at the end of a path from here, or as far as the text has it. */
    public YamlPlace at(NodePath path) {
        YamlPlace place = this;
        for (int i = 0; i < path.getNameCount(); i++) {
            place = place.within(path.getElement(i));
        }
        return place;
    }

    /** The place of a key of this mapping, or of an index of this list; this place if there is none. */
    public YamlPlace within(Object name) {
        if (node instanceof SequenceNode list && name instanceof Integer index) {
            Node element = list.getValue().get(index);
            return new YamlPlace(element, line(element), label, labelKey).labelled();
        }
        NodeTuple entry = node instanceof MappingNode mapping ? entry(mapping, name.toString()) : null;
        return entry == null
                ? this
                : new YamlPlace(entry.getValueNode(), line(entry.getKeyNode()), label, labelKey).labelled();
    }

    private YamlPlace labelled() {
        NodeTuple name = node instanceof MappingNode mapping ? entry(mapping, labelKey) : null;
        return name != null && name.getValueNode() instanceof ScalarNode scalar
                ? new YamlPlace(node, line, scalar.getValue(), labelKey)
                : this;
    }

    private static @Nullable NodeTuple entry(MappingNode mapping, String key) {
        for (NodeTuple entry : mapping.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode scalar
                    && scalar.getValue().equals(key)) {
                return entry;
            }
        }
        return null;
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }
}
