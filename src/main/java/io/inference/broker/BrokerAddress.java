package io.inference.broker;

/**
 * Address and credentials of RabbitMQ.
 *
 * @param virtualHost its name, such as {@code /}
 * @param tls whether to use TLS, with the JVM's trusted authorities and a check of the host's name
 */
public record BrokerAddress(String host, int port, String user, String password, String virtualHost, boolean tls) {
    /** Without the password. */
    @Override
    public String toString() {
        return (tls ? "amqps://" : "amqp://") + user + "@" + host + ":" + port
                + (virtualHost.startsWith("/") ? virtualHost : "/" + virtualHost);
    }
}
