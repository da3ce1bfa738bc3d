package io.understudy.spring;

import io.understudy.ha.HaConfigurationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Lists every fault of the configuration, each on a line. */
final class HaConfigurationFailureAnalyzer
    extends AbstractFailureAnalyzer<HaConfigurationException> {
  private static final String LINE = System.lineSeparator() + "  - ";

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, HaConfigurationException cause) {
    return new FailureAnalysis(
        "This application cannot become a member of its cluster as configured:"
            + System.lineSeparator()
            + LINE
            + String.join(LINE, cause.faults()),
        "Mend each of them; the names are those of the properties ha.*. Set ha.enabled=false to run"
            + " this application outside any cluster.",
        cause);
  }
}
