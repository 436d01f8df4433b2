/**
 * Replaces servers that a machine does not have: PostgreSQL, Redis and RabbitMQ, each private to this process, and an
 * issuer of tokens, only while every listener is on loopback. Only with the profile {@code embedded}. No other package
 * imports this one: its configuration classes are found by the component scan, and the production jar is built without
 * it.
 */
@NullMarked
package io.inference.embedded;

import org.jspecify.annotations.NullMarked;
