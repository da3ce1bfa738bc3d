package io.understudy.ha.sim;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** What is to happen, earliest first; what was planned first wins a tie. A binary heap. */
final class EventQueue {
  /** A planned event: work for a member, or for the cluster if there is no member. */
  record Event(long at, long order, @Nullable SimMember member, Object work) {
    boolean isBefore(Event other) {
      return at < other.at || (at == other.at && order < other.order);
    }
  }

  private @Nullable Event[] heap = new Event[64];
  private int size;
  private long planned;

  void plan(long at, @Nullable SimMember member, Object work) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    up(size++, new Event(at, planned++, member, work));
  }

  @Nullable Event poll() {
    if (size == 0) {
      return null;
    }
    Event first = heap[0];
    Event last = heap[--size];
    heap[size] = null;
    if (size > 0) {
      down(last);
    }
    return first;
  }

  /** Work of that kind happens at that time at the latest. */
  void hasten(Class<?> kind, long latest) {
    @Nullable Event[] all = Arrays.copyOf(heap, size);
    Arrays.sort(all, Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    size = 0;
    for (Event event : all) {
      long at = kind.isInstance(event.work()) ? Math.min(event.at(), latest) : event.at();
      plan(at, event.member(), event.work());
    }
  }

  /** When the next event is due; {@link Long#MAX_VALUE} if nothing is planned. */
  long nextAt() {
    return size == 0 ? Long.MAX_VALUE : heap[0].at();
  }

  private void up(int from, Event event) {
    int i = from;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (!event.isBefore(heap[parent])) {
        break;
      }
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = event;
  }

  private void down(Event event) {
    int i = 0;
    while (2 * i + 1 < size) {
      int child = 2 * i + 1;
      if (child + 1 < size && heap[child + 1].isBefore(heap[child])) {
        child++;
      }
      if (!heap[child].isBefore(event)) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = event;
  }
}
