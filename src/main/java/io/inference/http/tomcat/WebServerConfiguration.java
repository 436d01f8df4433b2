package io.inference.http.tomcat;

import io.inference.call.Calls;
import io.inference.call.StopStep;
import io.inference.http.HttpSettings;
import io.inference.security.AuditLog;
import org.apache.catalina.core.StandardHost;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Web server settings that the door and its wire formats need. */
@Configuration(proxyBeanMethods = false)
class WebServerConfiguration {
    @Bean
    ConnectionDrain connectionDrain() {
        return new ConnectionDrain();
    }

    @Bean
    StopStep connectionDrainStep(ConnectionDrain drain) {
        // After the doors have stopped, and before the web server does.
        return new StopStep(Calls.DOORS_PHASE - 1, drain::run);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> probedConnections(ConnectionDrain drain) {
        return factory -> {
            factory.addConnectorCustomizers(connector -> drain.of(connector.getProtocolHandler()));
            factory.setProtocol(ProbedHttp11Protocol.class.getName());
            factory.addEngineValves(new ProbedHttp11Protocol.ProbeValve());
        };
    }

    /**
     * Clients send the slash in a model's name as {@code %2F}, which Tomcat refuses by default. Runs last of all
     * customizers, so that this valve is before Boot's and answers first.
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
