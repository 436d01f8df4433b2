package io.inference.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.inference.RunningService;
import io.inference.broker.Broker;
import io.inference.embedded.SharedPostgres;
import io.inference.embedded.SharedRabbit;
import io.inference.grpc.GrpcCaller;
import io.inference.grpc.v1.ListModelsRequest;
import io.inference.security.TestIssuer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What groups and scopes may do by message and over gRPC, where no step of a route asks. No backend has a model. */
class MessageAccessIT {
    private static TestIssuer issuer;
    private static RunningService service;

    @BeforeAll
    static void start() throws Exception {
        SharedRabbit.assumeInstalled();
        SharedRabbit.clear();
        issuer = new TestIssuer();
        List<String> options = new ArrayList<>(SharedRabbit.options());
        options.addAll(SharedPostgres.freshOptions("message_access"));
        options.add("--auth-issuer=" + issuer.url());
        options.add("--auth-audience=" + TestIssuer.AUDIENCE);
        options.add("--auth-user-groups=staff");
        options.add("--auth-scope-prefix=our:");
        options.add("--job-attempts=1");
        service = RunningService.start(options.toArray(String[]::new));
        await().until(() -> service.bean(Broker.class).state().equals("up"));
    }

    @AfterAll
    static void stop() {
        if (service != null) {
            service.close();
            issuer.close();
        }
    }

    @Test
    void aMessageNeedsAGroupOfUsersAndTheScopeOfJobs() throws Exception {
        try (AmqpClient client = new AmqpClient()) {
            assertThat(result(client, "guest", token("guests", "our:jobs"))).isEqualTo("forbidden");
            assertThat(result(client, "chat alone", token("staff", "our:chat"))).isEqualTo("forbidden");
            assertThat(result(client, "jobs", token("staff", "our:jobs our:chat")))
                    .isEqualTo("model_not_found");
        }
    }

    @Test
    void aCallNeedsAGroupOfUsersAndTheScopeOfItsMethod() throws Exception {
        try (GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            assertThat(listModels(caller, token("guests", "our:models"))).isEqualTo(Code.PERMISSION_DENIED);
            assertThat(listModels(caller, token("staff", "our:chat"))).isEqualTo(Code.PERMISSION_DENIED);
            assertThat(listModels(caller, token("staff", "our:models"))).isEqualTo(Code.OK);
            assertThat(listModels(caller, token("admins", "our:models"))).isEqualTo(Code.OK);
            StatusRuntimeException chat = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> caller.stub("authorization", "Bearer " + token("staff", "our:models"))
                            .chat(GrpcCaller.ASK));
            assertThat(GrpcCaller.reason(chat)).isEqualTo("forbidden");
        }
    }

    private static Code listModels(GrpcCaller caller, String token) {
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> caller.stub("authorization", "Bearer " + token)
                        .listModels(ListModelsRequest.getDefaultInstance()));
        return failure == null ? Code.OK : failure.getStatus().getCode();
    }

    private static String result(AmqpClient client, String id, String token) throws Exception {
        client.request("request.high", AmqpClient.chat(id, "Hi", false), Map.of("authorization", "Bearer " + token));
        AmqpClient.Came reply = client.reply();
        assertThat(reply.json().path("correlation_id").asText()).isEqualTo(id);
        return reply.json().at("/payload/error/code").asText();
    }

    private static String token(String group, String scopes) {
        return issuer.token(c -> c.claim("groups", List.of(group)).claim("scope", scopes));
    }
}
