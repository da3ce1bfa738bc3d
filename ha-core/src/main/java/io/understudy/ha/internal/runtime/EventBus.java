package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells subscribers what happened, in order, on a thread of its own. */
final class EventBus {
  private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

  private final List<Consumer<? super HaEvent>> listeners = new CopyOnWriteArrayList<>();
  private final Courier courier;

  EventBus(String member) {
    courier = new Courier("ha-events-" + member);
  }

  Subscription subscribe(Consumer<? super HaEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  void publish(HaEvent event) {
    courier.deliver(
        () -> {
          for (Consumer<? super HaEvent> listener : listeners) {
            tell(listener, event);
          }
        });
  }

  private static void tell(Consumer<? super HaEvent> listener, HaEvent event) {
    try {
      listener.accept(event);
    } catch (RuntimeException | Error e) { // the other listeners must still be told
      LOG.error("a subscriber failed on {}", event, e);
    }
  }

  void close(long timeoutNanos) {
    courier.close(timeoutNanos);
  }
}
