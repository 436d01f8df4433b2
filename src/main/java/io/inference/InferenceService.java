package io.inference;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The service's entry point. */
@SpringBootApplication
public class InferenceService {
    public static void main(String[] args) {
        SpringApplication.run(InferenceService.class, args);
    }
}
