package io.understudy.ha;

import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The node cannot start as configured. Nothing was started; mend the configuration (or the state
 * directory) and start again.
 */
public final class HaConfigurationException extends HaException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient List<String> faults;

  /**
   * Makes the exception.
   *
   * @param faults each fault with the value found and the value wanted; at least one
   */
  public HaConfigurationException(List<String> faults) {
    super(String.join("; ", faults));
    this.faults = List.copyOf(faults);
  }

  /**
   * Makes the exception for one fault.
   *
   * @param fault the fault with the value found and the value wanted
   * @param cause what brought it to light, if anything
   */
  public HaConfigurationException(String fault, @Nullable Throwable cause) {
    super(fault, cause);
    this.faults = List.of(fault);
  }

  /**
   * The faults.
   *
   * @return each fault as one sentence
   */
  public List<String> faults() {
    return faults;
  }
}
