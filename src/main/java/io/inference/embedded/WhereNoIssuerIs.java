package io.inference.embedded;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Profile;

/** With the profile {@code embedded} and on loopback, where no other issuer is named and authentication is not off. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Profile("embedded")
@ConditionalOnExpression("'${auth-issuer:}'.isBlank() and !'${disable-auth:}'.trim().equalsIgnoreCase('true')"
        + " and '${host}'.trim().matches('localhost|\\[?::1]?|127([.][0-9]{1,3}){3}')")
@interface WhereNoIssuerIs {}
