package io.inference.image.input;

import io.inference.config.Settings;

/**
 * The settings of pictures in requests.
 *
 * @param remoteUrls whether this service fetches pictures from other servers
 * @param mostBytes of all pictures that one request brings into memory, as many as it could have held itself
 */
record InputSettings(boolean remoteUrls, long mostBytes) {
    static InputSettings of(Settings settings) {
        return new InputSettings(settings.flag("image-remote-urls"), settings.bytes("max-request-size"));
    }
}
