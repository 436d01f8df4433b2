package io.inference;

import io.inference.config.SettingsException;
import io.inference.grpc.server.ListenException;
import io.inference.local.LocalModelException;
import io.inference.routes.check.RouteFaultsException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.web.server.PortInUseException;

/**
 * Reports why the service does not start, without a stack trace, if the cause is in the operator's settings or routes.
 */
class StartFailureAnalyzer implements FailureAnalyzer {
    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case SettingsException settings -> {
                    return new FailureAnalysis(
                            settings.getMessage(), "Correct the settings; --help lists them.", settings);
                }
                case ListenException door -> {
                    return new FailureAnalysis(door.getMessage(), "Correct the settings; --help lists them.", door);
                }
                case RouteFaultsException routes -> {
                    return new FailureAnalysis(routes.getMessage(), "Correct the route files.", routes);
                }
                case LocalModelException model -> {
                    return model.analysis();
                }
                case PortInUseException port -> {
                    return new FailureAnalysis(
                            "port " + port.getPort() + " is in use",
                            "Stop what uses it, or set PORT or MANAGEMENT_PORT.",
                            port);
                }
                default -> {}
            }
        }
        return null;
    }
}
