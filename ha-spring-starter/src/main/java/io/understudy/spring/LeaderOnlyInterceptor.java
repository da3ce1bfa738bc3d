package io.understudy.spring;

import io.understudy.ha.HaNode;
import io.understudy.ha.Leadership;
import io.understudy.ha.Role;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** Lets calls through while this member leads. Without a node nobody leads: it fails closed. */
final class LeaderOnlyInterceptor implements MethodInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderOnlyInterceptor.class);

  private final Supplier<@Nullable HaNode> node;

  LeaderOnlyInterceptor(Supplier<@Nullable HaNode> node) {
    this.node = node;
  }

  @Override
  public @Nullable Object invoke(MethodInvocation call) throws Throwable {
    Method method = methodOf(call);
    LeaderOnly rule = AnnotatedElementUtils.findMergedAnnotation(method, LeaderOnly.class);
    if (rule == null) {
      return call.proceed();
    }
    HaNode member = node.get();
    Optional<Leadership> leadership =
        member == null ? Optional.empty() : member.role(rule.value()).flatMap(Role::leadership);
    if (leadership.isEmpty()) {
      LOG.debug("{} skipped: this member does not lead {}", method, rule.value());
      return method.getReturnType() == Optional.class ? Optional.empty() : null;
    }
    return run(call, method, leadership.get());
  }

  private static @Nullable Object run(MethodInvocation call, Method method, Leadership leadership)
      throws Throwable {
    try {
      return LeadershipHolder.proceed(call, leadership);
    } finally {
      if (!leadership.isValid()) {
        LOG.warn(
            "{} ended after the leadership of {} that it ran under, epoch {}: another member may"
                + " have run it meanwhile. Ask LeadershipHolder.current() before each effect, or"
                + " pass the epoch to what can compare it",
            method,
            leadership.role(),
            leadership.epoch());
      }
    }
  }

  private static Method methodOf(MethodInvocation call) {
    Object target = call.getThis();
    return AopUtils.getMostSpecificMethod(
        call.getMethod(), target == null ? null : AopUtils.getTargetClass(target));
  }
}
