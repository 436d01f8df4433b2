package io.inference.http.docs;

import io.inference.http.HttpSettings;
import io.inference.http.security.PublicFiles;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The files of the page that shows the OpenAPI document. */
@Configuration(proxyBeanMethods = false)
class DocsConfiguration implements WebMvcConfigurer {
    private static final String WEBJAR_FACTS = "META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final List<String> FILES = List.of("swagger-ui*", "favicon*", "oauth2-redirect*.js");

    /** Read with the first request that needs it: that takes 70 ms. */
    @Bean
    @Lazy
    OpenApiDocument openApiDocument(HttpSettings settings, @Value("${service-version}") String serviceVersion) {
        return new OpenApiDocument(settings.apiPrefix(), serviceVersion);
    }

    /** Only these files: the webjar's other files are pages that point to documents elsewhere. */
    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler(FILES.stream().map(file -> "/docs/" + file).toArray(String[]::new))
                .addResourceLocations(folders().toArray(String[]::new))
                .setCacheControl(CacheControl.maxAge(Duration.ofHours(1)).cachePublic());
    }

    /** The files that need no caller, by the names that they have in this build. */
    @Bean
    PublicFiles docsFiles() throws IOException {
        PathMatchingResourcePatternResolver classPath = new PathMatchingResourcePatternResolver();
        Set<String> paths = new TreeSet<>();
        for (String folder : folders()) {
            for (String pattern : FILES) {
                for (Resource file : classPath.getResources(folder + pattern)) {
                    paths.add("/docs/" + file.getFilename());
                }
            }
        }
        return new PublicFiles(paths);
    }

    private static List<String> folders() {
        return List.of("classpath:/docs/", "classpath:/META-INF/resources/webjars/swagger-ui/" + version() + "/");
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
