package io.inference.grpc.method;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/**
 * Reads a request's bytes. Invalid bytes become {@link Unreadable}, so that gRPC does not end the call with a status of
 * its own.
 */
record LenientMarshaller(Marshaller<?> strict) implements Marshaller<Object> {
    /** Bytes that are not a valid request message of the method. */
    enum Unreadable {
        MESSAGE
    }

    /** The method with this marshaller for its requests. */
    @SuppressWarnings("unchecked") // Answers of generated services are messages.
    static MethodDescriptor<Object, Message> descriptor(MethodDescriptor<?, ?> method) {
        return method.toBuilder(new LenientMarshaller(method.getRequestMarshaller()), (Marshaller<Message>)
                        method.getResponseMarshaller())
                .build();
    }

    /** An unknown method. */
    static MethodDescriptor<Object, Message> anything(String fullMethodName) {
        return MethodDescriptor.<Object, Message>newBuilder()
                .setType(MethodType.UNKNOWN)
                .setFullMethodName(fullMethodName)
                .setRequestMarshaller(new LenientMarshaller(Nothing.INSTANCE))
                .setResponseMarshaller(Nothing.INSTANCE)
                .build();
    }

    @Override
    public InputStream stream(Object value) {
        throw new UnsupportedOperationException("a server reads requests");
    }

    @Override
    public Object parse(InputStream stream) {
        try {
            return strict.parse(stream);
        } catch (StatusRuntimeException e) {
            return Unreadable.MESSAGE;
        }
    }

    /** For calls whose messages are not read and that get no answer. */
    private enum Nothing implements Marshaller<Message> {
        INSTANCE;

        @Override
        public InputStream stream(Message value) {
            return new ByteArrayInputStream(value.toByteArray());
        }

        @Override
        public Message parse(InputStream stream) {
            throw io.grpc.Status.UNIMPLEMENTED.asRuntimeException();
        }
    }
}
