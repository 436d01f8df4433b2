package io.inference.http.server;

import io.inference.api.error.InferenceException;
import io.inference.http.HttpSettings;
import io.inference.http.answer.HttpErrors;
import io.inference.http.answer.RequestId;
import io.inference.http.security.RequestedCall;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.GenericFilterBean;

/**
 * Passes requests that the security chain has admitted to the routes that serve their paths, and others to the
 * service's own pages.
 */
final class DoorFilter extends GenericFilterBean {
    private final HttpDoor door;
    private final HttpSettings settings;

    DoorFilter(HttpDoor door, HttpSettings settings) {
        this.door = door;
        this.settings = settings;
    }

    /** @throws IllegalStateException if the security chain has not seen the request */
    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws ServletException, IOException {
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        HttpServletResponse response = (HttpServletResponse) servletResponse;
        RequestedCall call = RequestedCall.of(request);
        if (!(call.route() instanceof RoutingTable.Entry entry)) {
            throw new IllegalStateException("a request that did not pass the security chain");
        }
        String path = request.getRequestURI();
        try {
            entry.generation().checkPreview(call.isPreview());
        } catch (InferenceException e) {
            HttpErrors.answer(path, settings.apiPrefix(), RequestId.of(request), e)
                    .writeTo(response);
            return;
        }
        if (entry.match() != null) {
            door.handle(entry.match(), request, response);
        } else if (!isPlain(path)) {
            HttpErrors.pathNotFound(path, settings.apiPrefix(), RequestId.of(request))
                    .writeTo(response);
        } else {
            chain.doFilter(request, response);
        }
    }

    /**
     * Whether a path is unambiguous. The service's own pages are found by the decoded path, but authorized by the
     * undecoded path: an ambiguous path does not exist.
     */
    private static boolean isPlain(String path) {
        return path.chars().allMatch(c -> c > ' ' && c < 127 && c != '%' && c != ';' && c != '\\')
                && !path.contains("//")
                && !(path + "/").contains("/./")
                && !(path + "/").contains("/../");
    }
}
