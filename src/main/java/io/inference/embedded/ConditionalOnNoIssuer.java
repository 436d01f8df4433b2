package io.inference.embedded;

import io.inference.config.Settings;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Profile;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** With the profile {@code embedded} and on loopback, if no other issuer is named and authentication is not off. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Profile("embedded")
@Conditional(ConditionalOnNoIssuer.OnSettings.class)
@interface ConditionalOnNoIssuer {
    final class OnSettings implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return EmbeddedSettings.of(new Settings(context.getEnvironment())).issuer();
        }
    }
}
