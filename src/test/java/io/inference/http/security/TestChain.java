package io.inference.http.security;

import io.inference.routes.check.RouteAccess;
import io.inference.security.AuditLog;
import io.inference.security.GroupNames;
import io.inference.security.UserAccess;
import io.inference.security.network.InternalAccess;
import io.inference.security.network.InternalKeyProvider;
import io.inference.security.network.LocalMachineProvider;
import io.inference.security.network.ManagementAccess;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.GenericWebApplicationContext;

/** The chains as in the service, with their firewall, without a server. */
public final class TestChain {
    private final MockServletContext context = new MockServletContext();
    private final FilterChainProxy proxy;
    private @Nullable RouteAccess access;
    private boolean routed;

    /**
     * @param tokens authenticates bearer tokens
     * @param keys of the internal endpoints, for this machine
     */
    public TestChain(
            AuthenticationProvider tokens,
            String keys,
            boolean authenticationOff,
            boolean embeddedIssuer,
            List<PublicFiles> pages) {
        AuditLog audit = new AuditLog();
        InternalKeyProvider internal =
                new InternalKeyProvider(new InternalAccess(keys, "127.0.0.0/8,::1/128", ""), authenticationOff);
        GenericWebApplicationContext service = new GenericWebApplicationContext(context);
        context.setAttribute(WebApplicationContext.ROOT_WEB_APPLICATION_CONTEXT_ATTRIBUTE, service);
        FilterChainConfiguration configuration = new FilterChainConfiguration();
        var access = new FilterChainConfiguration.RestAccess(
                new ProviderManager(tokens, internal, new LocalMachineProvider(authenticationOff)),
                new OpenPaths(pages, TestChain::proof, embeddedIssuer),
                internal,
                authenticationOff,
                new UserAccess(GroupNames.parse("staff,admins")),
                new Refusals("/v1", audit));
        ManagementAccess management = new ManagementAccess(true, audit);
        this.proxy = configuration.filterChainProxy(
                List.of(
                        configuration.restFilterChain(access, this::enter, audit, service),
                        configuration.managementFilterChain(access, management)),
                access,
                management,
                service);
    }

    /** Any path with {@code link=good} is signed, with another value forged. */
    private static SignedPaths.Proof proof(String path, @Nullable String query) {
        if (query == null || !query.startsWith("link=")) {
            return SignedPaths.Proof.NONE;
        }
        return query.equals("link=good") ? SignedPaths.Proof.VALID : SignedPaths.Proof.INVALID;
    }

    private RouteLookup.Entry enter(String path, boolean preview) {
        return new RouteLookup.Entry() {
            @Override
            public boolean isRouted() {
                return routed;
            }

            @Override
            public @Nullable RouteAccess access(String method) {
                return access;
            }

            @Override
            public void close() {}
        };
    }

    /** Sets the access rule of the route that serves every path. */
    void serve(RouteAccess says) {
        this.access = says;
    }

    /** Properties of requests to the REST listener. */
    public MockServletContext context() {
        return context;
    }

    /**
     * Sends a request through the chain.
     *
     * @param isRouted whether a route serves its path
     * @param rest called after the chain
     */
    public void send(HttpServletRequest request, HttpServletResponse response, boolean isRouted, FilterChain rest)
            throws ServletException, IOException {
        this.routed = isRouted;
        proxy.doFilter(request, response, rest);
    }
}
