package io.understudy.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The method runs only while this application leads the role; a call that comes at another time is
 * skipped. Meant for {@code @Scheduled} methods.
 *
 * <pre>{@code
 * @Scheduled(fixedDelayString = "10s")
 * @LeaderOnly("billing")
 * void bill() {
 *   long epoch = LeadershipHolder.current().orElseThrow().epoch();
 *   ...
 * }
 * }</pre>
 *
 * <p>A method returns {@code void} or {@code Optional}, which is empty if the call was skipped. It
 * must not be private, final or static, nor its class final; a bean that breaks these rules, or
 * names a role that nobody declared, keeps the application from starting. As with all of Spring's
 * proxies, a call from within the same object is not seen.
 *
 * <p>The check is made before the method runs. Leadership can end meanwhile: pass the epoch to
 * whatever can compare it, or ask {@code LeadershipHolder.current()} before each effect.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface LeaderOnly {
  /**
   * The role.
   *
   * @return its name, one of {@code ha.roles} or one that the application declared at its node
   */
  String value();
}
