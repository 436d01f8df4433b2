package io.inference.database;

/** Lets one replica of the service do a task at a time. */
public interface ReplicaLock {
    /** What may fail with anything. */
    interface Work {
        void run() throws Exception;
    }

    /**
     * Does the work unless another replica does that task now; nobody waits.
     *
     * @return false if another replica does it
     * @throws Exception what the work failed with, or that the lock cannot be asked for
     */
    boolean run(String task, Work work) throws Exception;
}
