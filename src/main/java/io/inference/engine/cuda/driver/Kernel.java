package io.inference.engine.cuda.driver;

import jcuda.driver.CUfunction;

/**
 * A kernel of a loaded module.
 *
 * @param name the entry's name, for messages
 * @param function the driver's handle
 */
public record Kernel(String name, CUfunction function) {}
