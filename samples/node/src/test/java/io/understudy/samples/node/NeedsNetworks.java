package io.understudy.samples.node;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test that makes network namespaces; skipped, with the reason, where that is not possible. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsNetworks.Condition.class)
public @interface NeedsNetworks {
  /** Tries what the tests do. */
  final class Condition implements ExecutionCondition {
    private static final ConditionEvaluationResult RESULT = tryOut();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return RESULT;
    }

    private static ConditionEvaluationResult tryOut() {
      try {
        if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
          return ConditionEvaluationResult.disabled("network namespaces need root");
        }
        try (Network network = new Network(java.util.List.of("n1"))) {
          network.inject(Fault.loss(20), Fault.resets("n1", "n1"));
        }
        return ConditionEvaluationResult.enabled("network namespaces can be made");
      } catch (IOException | RuntimeException e) {
        return ConditionEvaluationResult.disabled(
            "network namespaces with iproute2 and iptables are not possible here: " + e);
      }
    }
  }
}
