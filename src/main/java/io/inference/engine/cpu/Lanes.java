package io.inference.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector shapes that this machine does best, as constants so that the compiler can fold them. */
final class Lanes {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

    /** Lanes in a register of floats: 4, 8 or 16. */
    static final int LANES = FLOATS.length();

    /** As many bytes as a register has floats; the smallest shape of 8 where it has only four. */
    static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

    /** Whether the kernels can work here: they need registers of 8 or 16 floats. */
    static final boolean USABLE = (LANES == 8 || LANES == 16) && BYTES.length() == LANES;

    private Lanes() {}
}
