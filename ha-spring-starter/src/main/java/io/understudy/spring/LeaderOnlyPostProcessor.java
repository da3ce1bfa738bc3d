package io.understudy.spring;

import io.understudy.ha.HaNode;
import java.io.Serial;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Optional;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Puts the {@link LeaderOnlyInterceptor} before beans with {@link LeaderOnly} methods, and refuses
 * methods that no proxy can guard.
 *
 * <p>It runs just before the processors of {@code @Scheduled} and {@code @Async}, so that the
 * former schedules the guarded method and the latter lies around the guard: leadership is checked
 * on the thread that does the work. It comes before existing advisors, so that a skipped call opens
 * no transaction.
 */
final class LeaderOnlyPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {
  @Serial private static final long serialVersionUID = 1L;

  private final transient ObjectProvider<RoleUses> uses;

  LeaderOnlyPostProcessor(ObjectProvider<HaNode> node, ObjectProvider<RoleUses> uses) {
    this.uses = uses;
    this.advisor =
        new DefaultPointcutAdvisor(
            new AnnotationMatchingPointcut(null, LeaderOnly.class, true),
            new LeaderOnlyInterceptor(SingletonSupplier.ofNullable(node::getIfAvailable)));
    setBeforeExistingAdvisors(true);
    // By class, for the methods seldom belong to an interface.
    setProxyTargetClass(true);
    setOrder(Ordered.LOWEST_PRECEDENCE - 1);
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String beanName) {
    if (!(bean instanceof AopInfrastructureBean)) {
      check(AopUtils.getTargetClass(bean), beanName);
    }
    return super.postProcessAfterInitialization(bean, beanName);
  }

  private void check(Class<?> type, String beanName) {
    if (!AnnotationUtils.isCandidateClass(type, LeaderOnly.class)) {
      return;
    }
    Map<Method, LeaderOnly> methods =
        MethodIntrospector.selectMethods(
            type,
            (Method method) ->
                AnnotatedElementUtils.findMergedAnnotation(method, LeaderOnly.class));
    methods.forEach(
        (method, rule) -> {
          String where = "@LeaderOnly method " + method + " of bean '" + beanName + "'";
          checkShape(type, method, where);
          uses.ifAvailable(it -> it.add(rule.value(), where));
        });
  }

  private static void checkShape(Class<?> type, Method method, String where) {
    if (Modifier.isFinal(type.getModifiers())) {
      throw unguarded(where, "its class is final", "Make the class non-final.");
    }
    int modifiers = method.getModifiers();
    if (Modifier.isPrivate(modifiers)) {
      throw unguarded(where, "it is private", "Make it package-private, protected or public.");
    }
    if (Modifier.isFinal(modifiers) || Modifier.isStatic(modifiers)) {
      throw unguarded(where, "it is final or static", "Make it an overridable instance method.");
    }
    Class<?> result = method.getReturnType();
    if (result != void.class && result != Optional.class) {
      throw new HaStartException(
          where + " returns " + result.getName() + ", but a skipped call has no result.",
          "Return void or Optional.");
    }
  }

  private static HaStartException unguarded(String where, String why, String action) {
    return new HaStartException(
        where + " would run on every member: " + why + ", so that no proxy can guard it.", action);
  }
}
