package io.inference.image.check;

/**
 * How large a picture may be.
 *
 * @param mostPixelsASide of its width and of its height
 */
public record ImageLimits(int mostPixelsASide) {
    /** Of a pixel with four channels of 16 bits. */
    private static final int MOST_PIXEL_BYTES = 8;

    private static final int MOST_OTHER_BYTES = 1024 * 1024;
    private static final int MOST_FRAMES = 500;
    private static final int MOST_FULL_FRAMES = 16;

    /** Largest file: its pixels uncompressed, and something for the rest. */
    public long mostBytes() {
        return (long) MOST_PIXEL_BYTES * mostPixelsASide * mostPixelsASide + MOST_OTHER_BYTES;
    }

    void checkLength(long bytes) throws BadImageException {
        if (bytes > mostBytes()) {
            throw new BadImageException("it has " + bytes + " bytes, and may have " + mostBytes(), true);
        }
    }

    void checkSize(int width, int height) throws BadImageException {
        if (width < 1 || height < 1) {
            throw new BadImageException("it has no pixels");
        }
        if (width > mostPixelsASide || height > mostPixelsASide) {
            throw new BadImageException("it is " + width + "x" + height + " pixels, and may be " + mostPixelsASide
                    + " a side (MAX_IMAGE_SIZE)");
        }
    }

    /** Of an animation. */
    void checkFrames(int frames, long pixels) throws BadImageException {
        if (frames > MOST_FRAMES || pixels > (long) MOST_FULL_FRAMES * mostPixelsASide * mostPixelsASide) {
            throw new BadImageException("it has too many frames: at most " + MOST_FRAMES + ", of as many pixels as "
                    + MOST_FULL_FRAMES + " of the largest size");
        }
    }
}
