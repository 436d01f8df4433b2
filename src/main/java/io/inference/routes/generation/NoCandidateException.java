package io.inference.routes.generation;

/** There is no generation to commit, to discard or to roll back to. */
public class NoCandidateException extends RuntimeException {
    public NoCandidateException(String message) {
        super(message);
    }
}
