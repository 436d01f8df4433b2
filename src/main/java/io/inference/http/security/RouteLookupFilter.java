package io.inference.http.security;

import io.inference.http.answer.RequestId;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.GenericFilterBean;

/** Gives a request its id, and finds the route that serves it before authorization. */
final class RouteLookupFilter extends GenericFilterBean {
    private final RouteLookup routes;

    RouteLookupFilter(RouteLookup routes) {
        this.routes = routes;
    }

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws ServletException, IOException {
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        ((HttpServletResponse) servletResponse).setHeader(RequestId.HEADER, RequestId.of(request));
        try (RouteLookup.Entry route = routes.enter(request.getRequestURI(), RequestedCall.preview(request))) {
            RequestedCall.start(request, route);
            chain.doFilter(request, servletResponse);
        }
    }
}
