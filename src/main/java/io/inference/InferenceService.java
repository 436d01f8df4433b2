package io.inference;

import io.inference.config.Help;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The service's entry point. */
@SpringBootApplication
public class InferenceService {
    public static void main(String[] args) {
        if (List.of(args).contains("--help")) {
            System.out.print(Help.text());
            return;
        }
        SpringApplication.run(InferenceService.class, args);
    }
}
