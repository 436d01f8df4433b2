package io.inference;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A test class that runs while others do: these classes one after another in one thread, all others one after another
 * in a second one (src/test/resources/junit-platform.properties). For classes whose work is in processes of their own,
 * or on the test double of CUDA's driver, and that share nothing with other classes: no database, no folder, no
 * appender of a logger.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("one class beside the others")
public @interface BesideOthers {}
