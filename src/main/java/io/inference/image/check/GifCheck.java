package io.inference.image.check;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * GIF (GIF89a specification), an animation too: blocks that are chains of at most 255 bytes each. Frames are counted
 * first, and then decoded for the number of their pixels.
 */
final class GifCheck {
    private static final int SCREEN = 13;
    private static final int DESCRIPTOR = 10;
    private static final int IMAGE = 0x2C;
    private static final int EXTENSION = 0x21;
    private static final int TRAILER = 0x3B;
    private static final int CONTROL = 0xF9;
    private static final int APPLICATION = 0xFF;
    private static final int APPLICATION_NAME = 11;

    /** How often an animation is repeated. */
    private static final Set<String> LOOPS = Set.of("NETSCAPE2.0", "ANIMEXTS1.0");

    private final ImageLimits limits;

    GifCheck(ImageLimits limits) {
        this.limits = limits;
    }

    /**
     * A picture of the animation.
     *
     * @param data where its compressed data begin
     */
    private record Frame(int pixels, int data) {}

    /** @param file in the order of bytes of GIF */
    CheckedImage check(ByteBuffer file) throws BadImageException {
        try {
            return checkBlocks(file);
        } catch (IndexOutOfBoundsException e) {
            throw new BadImageException("it is not complete");
        }
    }

    private CheckedImage checkBlocks(ByteBuffer file) throws BadImageException {
        int width = file.getShort(6) & 0xFFFF;
        int height = file.getShort(8) & 0xFFFF;
        limits.checkSize(width, height);
        Parts parts = new Parts(file);
        int at = SCREEN + colors(file.get(10));
        parts.keep(0, at);
        List<Frame> frames = new ArrayList<>();
        long pixels = 0;
        while ((file.get(at) & 0xFF) != TRAILER) {
            int start = at;
            boolean kept = true;
            switch (file.get(at) & 0xFF) {
                case IMAGE -> {
                    Frame frame = frame(file, at, width, height);
                    frames.add(frame);
                    pixels += frame.pixels();
                    limits.checkFrames(frames.size(), pixels);
                    at = blocksEnd(file, frame.data() + 1);
                }
                case EXTENSION -> {
                    kept = isKept(file, at);
                    at = blocksEnd(file, at + 2);
                }
                default -> throw new BadImageException("it has a block of an unknown type");
            }
            if (kept) {
                parts.keep(start, at);
            }
        }
        parts.keep(at, at + 1);
        if (frames.isEmpty()) {
            throw new BadImageException("it has no pixels");
        }
        for (Frame frame : frames) {
            new LzwCount(file, frame.data()).check(frame.pixels());
        }
        return new CheckedImage(ImageType.GIF, width, height, parts.all());
    }

    private static Frame frame(ByteBuffer file, int at, int width, int height) throws BadImageException {
        int left = file.getShort(at + 1) & 0xFFFF;
        int top = file.getShort(at + 3) & 0xFFFF;
        int columns = file.getShort(at + 5) & 0xFFFF;
        int rows = file.getShort(at + 7) & 0xFFFF;
        if (columns == 0 || rows == 0 || left + columns > width || top + rows > height) {
            throw new BadImageException("a frame of it is larger than the picture");
        }
        return new Frame(columns * rows, at + DESCRIPTOR + colors(file.get(at + 9)));
    }

    /** Bytes of a table of colours that follows, or 0. */
    private static int colors(byte flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    private static boolean isKept(ByteBuffer file, int at) {
        int label = file.get(at + 1) & 0xFF;
        if (label != APPLICATION || (file.get(at + 2) & 0xFF) != APPLICATION_NAME) {
            return label == CONTROL;
        }
        byte[] name = new byte[APPLICATION_NAME];
        file.get(at + 3, name);
        return LOOPS.contains(new String(name, StandardCharsets.ISO_8859_1));
    }

    /** Where a chain of blocks ends. */
    private static int blocksEnd(ByteBuffer file, int start) {
        int at = start;
        while (file.get(at) != 0) {
            at += 1 + (file.get(at) & 0xFF);
        }
        return at + 1;
    }
}
