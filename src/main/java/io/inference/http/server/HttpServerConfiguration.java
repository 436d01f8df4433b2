package io.inference.http.server;

import io.inference.api.call.CallListener;
import io.inference.http.HttpSettings;
import io.inference.security.AuditLog;
import java.util.List;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

@Configuration(proxyBeanMethods = false)
class HttpServerConfiguration {
    /** The next after the security chain ({@code spring.security.filter.order}), and before Boot's filters for its own pages. */
    private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 1;

    @Bean
    HttpPublishingPoint httpPublishingPoint() {
        return new HttpPublishingPoint();
    }

    @Bean
    CallWatch callWatch() {
        return new CallWatch();
    }

    @Bean
    FilterRegistrationBean<DoorFilter> doorFilter(
            HttpPublishingPoint routes,
            HttpSettings settings,
            AuditLog audit,
            List<CallListener> listeners,
            CallWatch watch) {
        HttpDoor door = new HttpDoor(settings, listeners, watch, audit);
        var filter = new FilterRegistrationBean<>(new DoorFilter(routes, door, settings));
        filter.setOrder(ORDER);
        return filter;
    }
}
