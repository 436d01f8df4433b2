package io.inference.http.server;

import io.inference.security.ManagementAccess;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/**
 * Guards the management port. Named in {@code META-INF/spring} as part of that port's own context, and no {@code @Configuration}, since
 * the service's context would find it then and guard the REST door by it.
 */
class ManagementPortConfiguration {
    @Bean
    FilterRegistrationBean<ManagementFilter> managementFilter(ManagementAccess access, HttpSettings settings) {
        var filter = new FilterRegistrationBean<>(new ManagementFilter(access, settings));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }
}
