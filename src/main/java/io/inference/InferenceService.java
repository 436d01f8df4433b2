package io.inference;

import io.inference.config.Help;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration;

/** The service's entry point. */
// Each door authenticates its callers; Boot's own users and filter chains are not used.
@SpringBootApplication(exclude = {SecurityAutoConfiguration.class, UserDetailsServiceAutoConfiguration.class})
public class InferenceService {
    public static void main(String[] args) {
        if (List.of(args).contains("--help")) {
            System.out.print(Help.text());
            return;
        }
        Path checked = CheckRoutes.folder(args);
        if (checked != null) {
            System.exit(CheckRoutes.run(checked, args, System.out));
        }
        SpringApplication.run(InferenceService.class, args);
    }
}
