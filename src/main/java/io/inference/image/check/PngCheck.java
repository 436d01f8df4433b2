package io.inference.image.check;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * PNG (W3C Recommendation, third edition): chunks of length, type, data and CRC-32. Its compressed rows are
 * decompressed and counted, so that neither less nor more than the header says is accepted. An animation becomes its
 * first picture.
 */
final class PngCheck {
    private static final int SIGNATURE = 8;
    private static final int CHUNK_HEAD = 8;
    private static final int CRC = 4;
    private static final int HEADER_LENGTH = 13;
    private static final int MOST_PROFILE_BYTES = 4 * 1024 * 1024;
    private static final int MOST_TEXT_BYTES = 1024 * 1024;
    private static final int MOST_NAME_BYTES = 79;
    private static final int MOST_PALETTE_BYTES = 768;
    private static final int LAST_FILTER = 4;

    /** What changes how the picture is shown. */
    private static final Set<String> KEPT = Set.of(
            "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "mDCV", "cLLI", "sBIT",
            "bKGD", "pHYs");

    private final ImageLimits limits;
    private boolean interlaced;
    private int width;
    private int height;
    private int colorType;
    private int bitsPerPixel;
    private boolean palette;
    private int orientation = Orientation.UPRIGHT;

    PngCheck(ImageLimits limits) {
        this.limits = limits;
    }

    /** A chunk's place in the file. */
    private record Chunk(String type, int start, ByteBuffer data) {
        int end() {
            return start + CHUNK_HEAD + data.limit() + CRC;
        }
    }

    CheckedImage check(ByteBuffer file) throws BadImageException {
        Chunk header = chunk(file, SIGNATURE);
        readHeader(header);
        Rows rows = new Rows(passes());
        Parts parts = new Parts(file);
        parts.keep(0, header.end());
        boolean data = false;
        String before = header.type();
        try (var pixels = new Inflation(rows.total())) {
            Chunk chunk = header;
            while (!chunk.type().equals("IEND")) {
                chunk = chunk(file, chunk.end());
                if (chunk.type().equals("IDAT")) {
                    if (data && !before.equals("IDAT")) {
                        throw new BadImageException("its chunks are in a wrong order");
                    }
                    if (!data && orientation != Orientation.UPRIGHT) {
                        parts.add(orientationChunk());
                    }
                    data = true;
                    pixels.take(chunk.data(), rows);
                } else {
                    other(chunk, data);
                }
                if (KEPT.contains(chunk.type())) {
                    parts.keep(chunk.start(), chunk.end());
                }
                before = chunk.type();
            }
            if (!pixels.isComplete() || pixels.total() != rows.total()) {
                throw new BadImageException("it is not complete");
            }
        }
        return new CheckedImage(ImageType.PNG, width, height, parts.all());
    }

    private static Chunk chunk(ByteBuffer file, int start) throws BadImageException {
        if (start > file.limit() - CHUNK_HEAD - CRC) {
            throw new BadImageException("it is not complete");
        }
        int length = file.getInt(start);
        if (length < 0 || length > file.limit() - start - CHUNK_HEAD - CRC) {
            throw new BadImageException("it is not complete");
        }
        byte[] type = new byte[4];
        file.get(start + 4, type);
        CRC32 crc = new CRC32();
        crc.update(file.slice(start + 4, 4 + length));
        if ((int) crc.getValue() != file.getInt(start + CHUNK_HEAD + length)) {
            throw new BadImageException("a checksum of it is wrong");
        }
        return new Chunk(new String(type, StandardCharsets.ISO_8859_1), start, file.slice(start + CHUNK_HEAD, length));
    }

    private void readHeader(Chunk header) throws BadImageException {
        ByteBuffer data = header.data();
        if (!header.type().equals("IHDR") || data.limit() != HEADER_LENGTH) {
            throw new BadImageException("it has no header");
        }
        width = data.getInt(0);
        height = data.getInt(4);
        limits.checkSize(width, height);
        int depth = data.get(8);
        colorType = data.get(9);
        Set<Integer> depths = switch (colorType) {
            case 0 -> Set.of(1, 2, 4, 8, 16);
            case 3 -> Set.of(1, 2, 4, 8);
            case 2, 4, 6 -> Set.of(8, 16);
            default -> Set.of();
        };
        boolean known = data.get(10) == 0 && data.get(11) == 0 && (data.get(12) & ~1) == 0;
        if (!known || !depths.contains(depth)) {
            throw new BadImageException("its header is wrong");
        }
        interlaced = data.get(12) == 1;
        int channels = switch (colorType) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
        bitsPerPixel = channels * depth;
    }

    private void other(Chunk chunk, boolean afterData) throws BadImageException {
        ByteBuffer data = chunk.data();
        switch (chunk.type()) {
            case "PLTE" -> {
                if (palette
                        || afterData
                        || data.limit() == 0
                        || data.limit() % 3 != 0
                        || data.limit() > MOST_PALETTE_BYTES) {
                    throw new BadImageException("its palette is wrong");
                }
                palette = true;
            }
            case "IEND" -> {
                if (colorType == 3 && !palette) {
                    throw new BadImageException("it has no palette");
                }
            }
            case "iCCP" -> compressed(data, 0, MOST_PROFILE_BYTES);
            case "zTXt" -> compressed(data, 0, MOST_TEXT_BYTES);
            case "iTXt" -> international(data);
            case "eXIf" -> orientation = afterData ? orientation : Orientation.read(data);
            case "IHDR" -> throw new BadImageException("its chunks are in a wrong order");
            default -> {
                // A chunk that has to be understood begins with an upper-case letter.
                if (Character.isUpperCase(chunk.type().charAt(0))) {
                    throw new BadImageException("it has a chunk of an unknown type");
                }
            }
        }
    }

    /** Texts are left out, but a file with one that would fill the memory of others is no picture. */
    private static void international(ByteBuffer data) throws BadImageException {
        int flag = nameEnd(data, 0) + 1;
        if (flag < data.limit() && data.get(flag) == 1) {
            int language = flag + 2;
            int translated = language;
            while (translated < data.limit() && data.get(translated) != 0) {
                translated++;
            }
            int text = translated + 1;
            while (text < data.limit() && data.get(text) != 0) {
                text++;
            }
            inflate(data, text + 1, MOST_TEXT_BYTES);
        }
    }

    private static void compressed(ByteBuffer data, int start, int most) throws BadImageException {
        inflate(data, nameEnd(data, start) + 2, most);
    }

    private static int nameEnd(ByteBuffer data, int start) throws BadImageException {
        int end = start;
        while (end < data.limit() && data.get(end) != 0) {
            end++;
        }
        if (end == data.limit() || end - start > MOST_NAME_BYTES) {
            throw new BadImageException("its metadata cannot be read");
        }
        return end;
    }

    private static void inflate(ByteBuffer data, int from, int most) throws BadImageException {
        if (from > data.limit()) {
            throw new BadImageException("its metadata cannot be read");
        }
        try (var inflation = new Inflation(most)) {
            inflation.take(data.slice(from, data.limit() - from), (bytes, count, before) -> {});
        }
    }

    private byte[] orientationChunk() {
        byte[] tiff = Orientation.write(orientation);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_HEAD + tiff.length + CRC);
        chunk.putInt(tiff.length)
                .put("eXIf".getBytes(StandardCharsets.US_ASCII))
                .put(tiff);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, 4 + tiff.length);
        return chunk.putInt((int) crc.getValue()).array();
    }

    /** Rows of one pass of interlacing, each with its filter's byte. */
    private record Pass(int rows, long rowBytes) {}

    private List<Pass> passes() {
        if (!interlaced) {
            return List.of(pass(width, height));
        }
        // Adam7: where each pass begins, and how far apart its pixels are.
        return List.of(
                adam7(0, 0, 8, 8),
                adam7(4, 0, 8, 8),
                adam7(0, 4, 4, 8),
                adam7(2, 0, 4, 4),
                adam7(0, 2, 2, 4),
                adam7(1, 0, 2, 2),
                adam7(0, 1, 1, 2));
    }

    private Pass adam7(int x, int y, int stepX, int stepY) {
        return pass(Math.ceilDiv(width - x, stepX), Math.ceilDiv(height - y, stepY));
    }

    private Pass pass(int columns, int rows) {
        return columns < 1 || rows < 1
                ? new Pass(0, 0)
                : new Pass(rows, 1 + Math.ceilDiv((long) columns * bitsPerPixel, Byte.SIZE));
    }

    /** Sees that each row begins with a filter that exists. */
    private static final class Rows implements Inflation.Sink {
        private final List<Pass> passes;
        private final long total;
        private int pass;
        private int row;
        private long next;

        Rows(List<Pass> passes) {
            this.passes = passes.stream().filter(each -> each.rows() > 0).toList();
            this.total = this.passes.stream()
                    .mapToLong(each -> each.rows() * each.rowBytes())
                    .sum();
        }

        long total() {
            return total;
        }

        @Override
        public void take(byte[] bytes, int count, long from) throws BadImageException {
            while (next < from + count && pass < passes.size()) {
                if ((bytes[(int) (next - from)] & 0xFF) > LAST_FILTER) {
                    throw new BadImageException("its compressed data cannot be read");
                }
                next += passes.get(pass).rowBytes();
                row++;
                if (row == passes.get(pass).rows()) {
                    row = 0;
                    pass++;
                }
            }
        }
    }
}
