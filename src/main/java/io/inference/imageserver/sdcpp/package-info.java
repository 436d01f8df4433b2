/** The backend for servers of stable-diffusion.cpp, by their own API of asynchronous jobs. */
@NullMarked
package io.inference.imageserver.sdcpp;

import org.jspecify.annotations.NullMarked;
