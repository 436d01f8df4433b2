package io.inference.engine.cpu.kernel;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The best vector shapes of this machine, as constants so that the compiler can fold them. */
public final class Lanes {
    public static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    public static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    public static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;

    /** Lanes in a register of floats: 4, 8 or 16. */
    public static final int LANES = FLOATS.length();

    /** As many bytes as a register has shorts. */
    public static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.length() * Byte.SIZE));

    /** The order of bytes in memory of everything that is loaded. */
    public static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /** Whether the kernels can work here: they need registers of 4, 8 or 16 floats. */
    public static final boolean USABLE = LANES >= 4 && LANES <= 16;

    private Lanes() {}
}
