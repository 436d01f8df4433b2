package io.inference.http.batches;

import io.inference.http.HttpSettings;
import io.inference.job.batch.Batches;
import io.inference.job.file.Files;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code rest-files.camel.yaml} and {@code rest-batches.camel.yaml} name. */
@Configuration(proxyBeanMethods = false)
class BatchesConfiguration {
    @Bean
    FileProcessors fileProcessors(Files files) {
        return new FileProcessors(files);
    }

    @Bean
    BatchProcessors batchProcessors(Batches batches, HttpSettings settings) {
        return new BatchProcessors(batches, settings.apiPrefix());
    }

    @Bean
    Processor uploadFileProcessor(FileProcessors processors) {
        return processors::upload;
    }

    @Bean
    Processor listFilesProcessor(FileProcessors processors) {
        return processors::list;
    }

    @Bean
    Processor findFileProcessor(FileProcessors processors) {
        return processors::find;
    }

    @Bean
    Processor fileContentProcessor(FileProcessors processors) {
        return processors::content;
    }

    @Bean
    Processor deleteFileProcessor(FileProcessors processors) {
        return processors::delete;
    }

    @Bean
    Processor writeFileProcessor(FileProcessors processors) {
        return processors::write;
    }

    @Bean
    Processor batchRequestProcessor(BatchProcessors processors) {
        return processors::read;
    }

    @Bean
    Processor createBatchProcessor(BatchProcessors processors) {
        return processors::create;
    }

    @Bean
    Processor listBatchesProcessor(BatchProcessors processors) {
        return processors::list;
    }

    @Bean
    Processor findBatchProcessor(BatchProcessors processors) {
        return processors::find;
    }

    @Bean
    Processor cancelBatchProcessor(BatchProcessors processors) {
        return processors::cancel;
    }

    @Bean
    Processor writeBatchProcessor(BatchProcessors processors) {
        return processors::write;
    }
}
