/** The backend for ComfyUI servers: workflows are submitted, followed by WebSocket, and their pictures fetched. */
@NullMarked
package io.inference.imageserver.comfyui;

import org.jspecify.annotations.NullMarked;
