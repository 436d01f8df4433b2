package io.inference.http.tomcat;

import io.inference.http.HttpSettings;
import io.inference.security.AuditLog;
import org.apache.catalina.core.StandardHost;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the door and its wire formats need of the web server. */
@Configuration(proxyBeanMethods = false)
class WebServerConfiguration {
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> probedConnections() {
        return factory -> {
            factory.setProtocol(ProbedHttp11Protocol.class.getName());
            factory.addEngineValves(new ProbedHttp11Protocol.ProbeValve());
        };
    }

    /**
     * Clients send the slash in a model's name as {@code %2F}, which Tomcat refuses unless told otherwise. Last of all customizers, so
     * that our valve is nearer to the request than Boot's and speaks first.
     */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> wireFormats(HttpSettings settings, AuditLog audit) {
        return factory -> {
            factory.addConnectorCustomizers(
                    connector -> connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue()));
            factory.addContextCustomizers(context -> {
                if (context.getParent() instanceof StandardHost host) {
                    host.setErrorReportValveClass(RefusalValve.class.getName());
                    host.getPipeline().addValve(new RefusalValve(settings.apiPrefix(), audit));
                }
            });
        };
    }
}
