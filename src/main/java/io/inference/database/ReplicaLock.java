package io.inference.database;

/** Allows one replica of the service at a time to do a task. */
public interface ReplicaLock {
    /** Work that may throw any exception. */
    interface Work {
        void run() throws Exception;
    }

    /**
     * Does the work unless another replica is doing that task; does not wait.
     *
     * @return false if another replica is doing it
     * @throws Exception of the work, or if the lock cannot be requested
     */
    boolean run(String task, Work work) throws Exception;
}
