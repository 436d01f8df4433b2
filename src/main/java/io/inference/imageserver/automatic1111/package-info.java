/** The backend for servers with the API of AUTOMATIC1111's web UI: it, Forge, SD.Next, KoboldCpp and others. */
@NullMarked
package io.inference.imageserver.automatic1111;

import org.jspecify.annotations.NullMarked;
