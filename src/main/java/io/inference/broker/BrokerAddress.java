package io.inference.broker;

/**
 * Where RabbitMQ is and who we are to it.
 *
 * @param virtualHost its name, such as {@code /}
 * @param tls whether to speak TLS, with the JVM's trusted authorities and the host's name checked
 */
public record BrokerAddress(String host, int port, String user, String password, String virtualHost, boolean tls) {
    /** Without the password. */
    @Override
    public String toString() {
        return (tls ? "amqps://" : "amqp://") + user + "@" + host + ":" + port
                + (virtualHost.startsWith("/") ? virtualHost : "/" + virtualHost);
    }
}
