package io.inference.http.server;

import io.inference.call.Calls;
import io.inference.http.HttpSettings;
import io.inference.security.AuditLog;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

@Configuration(proxyBeanMethods = false)
class HttpServerConfiguration {
    /**
     * The order after the security chain ({@code spring.security.filter.order}), and before Boot's filters for its own
     * pages.
     */
    private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 1;

    @Bean
    HttpPublishingPoint httpPublishingPoint() {
        return new HttpPublishingPoint();
    }

    @Bean
    FilterRegistrationBean<DoorFilter> doorFilter(HttpSettings settings, AuditLog audit, Calls calls) {
        HttpDoor door = new HttpDoor(settings, calls, audit);
        var filter = new FilterRegistrationBean<>(new DoorFilter(door, settings));
        filter.setOrder(ORDER);
        return filter;
    }
}
