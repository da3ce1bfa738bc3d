package io.understudy.ha.internal.guardian;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What the guardian watches for one role.
 *
 * @param role the role
 * @param deadlineNanos when the parent must have stopped the group, or is ended; {@link #NEVER} if
 *     nothing of it is at work
 * @param stopLimitNanos how long the orders may take together
 * @param orders for what outlives the parent and may be at work, in the order of their start
 */
public record Duty(String role, long deadlineNanos, long stopLimitNanos, List<StopOrder> orders) {
  /** No deadline. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Copies. */
  public Duty {
    orders = List.copyOf(orders);
  }

  /** Whether there is nothing to watch. */
  public boolean isEmpty() {
    return deadlineNanos == NEVER && orders.isEmpty();
  }

  /** With another deadline. */
  public Duty until(long nanos) {
    return new Duty(role, nanos, stopLimitNanos, orders);
  }

  /** As fields of a message; a guardian whose clock is ahead by that much. */
  public List<String> fields(long clockOffsetNanos) {
    List<String> fields = new ArrayList<>();
    fields.add(Protocol.DUTY);
    fields.add(role);
    fields.add(deadlineField(clockOffsetNanos));
    fields.add(Long.toString(stopLimitNanos));
    for (StopOrder order : orders) {
      order.writeTo(fields);
    }
    return fields;
  }

  /** The deadline as a field of a message. */
  public String deadlineField(long clockOffsetNanos) {
    return Long.toString(deadlineNanos == NEVER ? NEVER : deadlineNanos + clockOffsetNanos);
  }

  /** Reads what {@link #fields} wrote, from the role on. */
  static Duty readFrom(Iterator<String> fields) {
    String role = fields.next();
    long deadlineNanos = Long.parseLong(fields.next());
    long stopLimitNanos = Long.parseLong(fields.next());
    List<StopOrder> orders = new ArrayList<>();
    while (fields.hasNext()) {
      orders.add(StopOrder.readFrom(fields));
    }
    return new Duty(role, deadlineNanos, stopLimitNanos, orders);
  }
}
