package io.inference.models;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.zip.CRC32C;

/**
 * Chooses a replica by a text: the one with the highest hash of text and number (rendezvous hashing), so that a replica
 * that is added at the end takes its share of the texts, and all others stay where they were.
 */
final class Affinity {
    /** How many more calls than the least busy replica the chosen one may have. */
    static final int MORE_CALLS = 8;

    private Affinity() {}

    /** @return from 0 to {@code replicas - 1} */
    static int choose(String key, int replicas) {
        CRC32C crc = new CRC32C();
        crc.update(key.getBytes(UTF_8));
        long hash = crc.getValue();
        int best = 0;
        long highest = Long.MIN_VALUE;
        for (int i = 0; i < replicas; i++) {
            long score = mix(hash + (i + 1) * 0x9E3779B97F4A7C15L);
            if (score > highest) {
                highest = score;
                best = i;
            }
        }
        return best;
    }

    /** The finalizer of SplitMix64. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
