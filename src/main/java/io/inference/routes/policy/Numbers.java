package io.inference.routes.policy;

import org.apache.camel.Exchange;

/** Numbers that a route sets as exchange properties. */
final class Numbers {
    private Numbers() {}

    /**
     * A number above 0.
     *
     * @throws IllegalStateException if the property is missing or no such number: a fault of the route
     */
    static double positive(Exchange exchange, String property) {
        String text = exchange.getProperty(property, String.class);
        try {
            double value = text == null ? 0 : Double.parseDouble(text.trim());
            if (value > 0 && value < Integer.MAX_VALUE) {
                return value;
            }
        } catch (NumberFormatException e) {
            // The message below names the property.
        }
        throw new IllegalStateException("the route has to set the property " + property + " to a number above 0");
    }
}
