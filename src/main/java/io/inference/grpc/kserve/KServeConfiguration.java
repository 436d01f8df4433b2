package io.inference.grpc.kserve;

import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelMetadataRequest;
import inference.GrpcPredictV2.ModelReadyRequest;
import io.inference.grpc.RpcAnswerProcessor;
import io.inference.grpc.RpcModelsProcessor;
import io.inference.grpc.RpcRequestProcessor;
import org.apache.camel.Processor;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code grpc-kserve.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class KServeConfiguration {
    @Bean
    Processor kserveInferRequestProcessor() {
        return new RpcRequestProcessor<>(ModelInferRequest.class, InferRequestReader::read);
    }

    @Bean
    Processor kserveInferAnswerProcessor() {
        return new RpcAnswerProcessor(AnswerWriters::infer);
    }

    @Bean
    Processor kserveModelReadyRequestProcessor() {
        return RpcModelsProcessor.ofOne(ModelReadyRequest.class, ModelReadyRequest::getName);
    }

    @Bean
    Processor kserveModelReadyAnswerProcessor() {
        return new RpcAnswerProcessor(AnswerWriters::modelReady);
    }

    @Bean
    Processor kserveModelMetadataRequestProcessor() {
        return RpcModelsProcessor.ofOne(ModelMetadataRequest.class, ModelMetadataRequest::getName);
    }

    @Bean
    Processor kserveModelMetadataAnswerProcessor() {
        return new RpcAnswerProcessor(AnswerWriters::model);
    }

    @Bean
    Processor kserveServerLiveAnswerProcessor() {
        return new RpcAnswerProcessor((answer, asked) -> AnswerWriters.live());
    }

    @Bean
    Processor kserveServerReadyAnswerProcessor() {
        return new RpcAnswerProcessor((answer, asked) -> AnswerWriters.ready());
    }

    @Bean
    Processor kserveServerMetadataAnswerProcessor(@Value("${service-version}") String version) {
        return new RpcAnswerProcessor((answer, asked) -> AnswerWriters.server(version));
    }
}
