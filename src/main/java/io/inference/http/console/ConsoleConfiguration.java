package io.inference.http.console;

import io.inference.http.security.PublicFiles;
import java.util.stream.Collectors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The console's files need no caller; its page has its own controller. */
@Configuration(proxyBeanMethods = false)
class ConsoleConfiguration {
    @Bean
    PublicFiles consoleFiles() {
        return new PublicFiles(ConsoleFiles.LISTED.keySet().stream()
                .filter(name -> !name.equals(ConsoleFiles.PAGE))
                .map(name -> "/console/" + name)
                .collect(Collectors.toSet()));
    }
}
