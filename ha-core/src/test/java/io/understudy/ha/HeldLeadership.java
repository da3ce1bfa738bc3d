package io.understudy.ha;

import java.time.Duration;

/** Epoch 7 of the role main, which ends when the test says so. */
final class HeldLeadership implements Leadership {
  private volatile boolean ended;

  void end() {
    ended = true;
  }

  @Override
  public String role() {
    return "main";
  }

  @Override
  public long epoch() {
    return 7;
  }

  @Override
  public boolean isValid() {
    return !ended;
  }

  @Override
  public Duration remaining() {
    return ended ? Duration.ZERO : Duration.ofSeconds(1);
  }
}
