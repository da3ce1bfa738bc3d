package io.understudy.jdbc.internal.routing;

/**
 * An order for a planned change of writer that one member sends to the director. It is meant for
 * one leadership alone, so no successor can take it up a second time.
 *
 * @param id marks it among all orders; never {@link #LOCAL}
 * @param epoch the epoch of the director that is asked
 * @param to who shall be the writer
 */
public record SwitchOrder(long id, long epoch, String to) {
  /** Marks what was asked for at the director itself. */
  public static final long LOCAL = 0;
}
