package io.understudy.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which method, property or role is wrong, and how to mend it. */
final class HaStartFailureAnalyzer extends AbstractFailureAnalyzer<HaStartException> {
  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, HaStartException cause) {
    return new FailureAnalysis(cause.description(), cause.action(), cause);
  }
}
