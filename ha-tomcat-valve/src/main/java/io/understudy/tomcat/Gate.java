package io.understudy.tomcat;

/**
 * Decides on its own whether gated requests pass, for valves that follow something else than a
 * node. Implementations are threadsafe.
 */
public interface Gate {
  /**
   * Whether requests may pass now. The duties are those of {@link Condition#holds()}.
   *
   * @return true if requests may pass
   */
  boolean open();

  /**
   * Why the gate is closed, for people: part of the rejection's body and of the log. Asked when the
   * valve notices that the gate closed, and on {@link HaValve#refresh()}; not for every request.
   *
   * @return one sentence without a full stop
   */
  String reason();
}
