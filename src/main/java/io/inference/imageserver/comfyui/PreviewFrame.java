package io.inference.imageserver.comfyui;

import io.inference.api.image.ImageData;
import io.inference.imageserver.Pictures;
import io.inference.imageserver.ServerTrees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Previews in binary messages. All numbers are of 4 bytes, big-endian: the type of the message, then for type 1 the
 * format and the picture, for type 4 the length of a JSON object about it, the object and the picture.
 */
final class PreviewFrame {
    private static final int PREVIEW = 1;
    private static final int PREVIEW_WITH_METADATA = 4;
    private static final int HEAD = 8;

    private PreviewFrame() {}

    /**
     * The preview in a message; empty if it has none, or that of another prompt.
     *
     * @param prompt id of the prompt
     */
    static Optional<ImageData> read(byte[] message, String prompt) {
        if (message.length < HEAD) {
            return Optional.empty();
        }
        ByteBuffer head = ByteBuffer.wrap(message);
        int type = head.getInt();
        int second = head.getInt();
        try {
            return switch (type) {
                case PREVIEW -> Optional.of(Pictures.received(Arrays.copyOfRange(message, HEAD, message.length)));
                case PREVIEW_WITH_METADATA -> {
                    if (second < 0 || second > message.length - HEAD) {
                        yield Optional.empty();
                    }
                    byte[] about = Arrays.copyOfRange(message, HEAD, HEAD + second);
                    boolean ours = ServerTrees.read(about)
                            .path("prompt_id")
                            .asText(prompt)
                            .equals(prompt);
                    yield ours
                            ? Optional.of(Pictures.received(Arrays.copyOfRange(message, HEAD + second, message.length)))
                            : Optional.empty();
                }
                default -> Optional.empty();
            };
        } catch (IOException e) {
            // A preview is no reason to fail.
            return Optional.empty();
        }
    }
}
