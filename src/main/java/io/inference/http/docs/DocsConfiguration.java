package io.inference.http.docs;

import java.io.IOException;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The files of the page that shows the OpenAPI document. */
@Configuration(proxyBeanMethods = false)
class DocsConfiguration implements WebMvcConfigurer {
    private static final String WEBJAR_FACTS = "META-INF/maven/org.webjars/swagger-ui/pom.properties";

    @Bean
    OpenApiDocument openApiDocument(
            @Value("${api-version}") String apiVersion, @Value("${service-version}") String serviceVersion) {
        return new OpenApiDocument("/" + apiVersion, serviceVersion);
    }

    /** Only these files: the others of the webjar are pages of its own that point to documents elsewhere. */
    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/docs/swagger-ui*", "/docs/favicon*", "/docs/oauth2-redirect*.js")
                .addResourceLocations(
                        "classpath:/docs/", "classpath:/META-INF/resources/webjars/swagger-ui/" + version() + "/")
                .setCacheControl(CacheControl.maxAge(Duration.ofHours(1)).cachePublic());
    }

    private static String version() {
        try {
            return PropertiesLoaderUtils.loadProperties(new ClassPathResource(WEBJAR_FACTS))
                    .getProperty("version");
        } catch (IOException e) {
            throw new IllegalStateException("the swagger-ui webjar is not in this build", e);
        }
    }
}
