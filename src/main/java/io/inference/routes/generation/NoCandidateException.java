package io.inference.routes.generation;

/** There is nothing to commit, to discard or to go back to. */
public class NoCandidateException extends RuntimeException {
    public NoCandidateException(String message) {
        super(message);
    }
}
