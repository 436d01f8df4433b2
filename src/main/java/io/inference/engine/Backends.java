package io.inference.engine;

import io.inference.engine.cpu.ScalarOps;
import io.inference.engine.cpu.VectorOps;
import io.inference.engine.error.EngineException;
import io.inference.engine.tensor.TensorOps;

/** Chooses the backend for tensor operations, and gives the reason. */
final class Backends {
    private static final System.Logger LOG = System.getLogger(Backends.class.getName());
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    private Backends() {}

    /** @throws EngineException if the requested backend does not work on this machine */
    static TensorOps open(EngineOptions options) {
        int threads =
                options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
        String obstacle = vectorObstacle();
        TensorOps ops = switch (options.backend()) {
            case SCALAR -> new ScalarOps(threads);
            case CPU -> {
                if (!obstacle.isEmpty()) {
                    throw new EngineException("the backend cpu does not work here: " + obstacle);
                }
                yield new VectorOps(threads);
            }
            case AUTO -> obstacle.isEmpty() ? new VectorOps(threads) : new ScalarOps(threads);
        };
        String reason = obstacle.isEmpty() || options.backend() == EngineOptions.BackendChoice.SCALAR
                ? ""
                : " because " + obstacle;
        LOG.log(System.Logger.Level.INFO, "local engine: {0}{1}", ops.description(), reason);
        return ops;
    }

    /** Why the Vector API cannot be used, or empty if it can; checked before any of its classes is loaded. */
    private static String vectorObstacle() {
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            return "the JVM runs without --add-modules " + VECTOR_MODULE;
        }
        return VectorOps.usable() ? "" : "this machine has no vectors of 4 to 16 floats";
    }
}
