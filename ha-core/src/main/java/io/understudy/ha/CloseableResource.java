package io.understudy.ha;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A resource that is an object of the application: made when the role is led, closed when it is led
 * no longer. Threadsafe as far as the object is.
 *
 * <pre>{@code
 * CloseableResource<Consumer> consumer =
 *     CloseableResource.of(leadership -> new Consumer("orders", leadership.epoch()))
 *         .checkedBy(Consumer::ping);
 * RoleSpec.named("orders").running(ResourceGroup.of("consumer", consumer));
 * consumer.current().ifPresent(Consumer::wakeUp);
 * }</pre>
 *
 * <p>{@code close} must return when nothing of the object works any more, not before. It is called
 * again if it throws, until the group's time to stop is over. It is called for every object that
 * was made, also for one that was ready too late.
 *
 * @param <T> what is made and closed
 */
public final class CloseableResource<T extends AutoCloseable> implements Resource {
  private final Opener<? extends T> opener;
  private final Check<? super T> check;
  private final AtomicReference<@Nullable T> open = new AtomicReference<>();

  /**
   * Makes the object. On the group's thread; heeds interruption.
   *
   * @param <T> what is made
   */
  @FunctionalInterface
  public interface Opener<T> {
    /**
     * Makes it.
     *
     * @param leadership what it works for
     * @return an object that works, never null
     * @throws Exception if it cannot be made; whatever was begun is cleaned up then
     */
    T open(Leadership leadership) throws Exception;
  }

  /**
   * Looks whether the object works. On the group's thread; heeds interruption.
   *
   * @param <T> what is looked at
   */
  @FunctionalInterface
  public interface Check<T> {
    /**
     * Looks.
     *
     * @param object what was made
     * @throws Exception if it does not work; the message tells people why
     */
    void check(T object) throws Exception;
  }

  private CloseableResource(Opener<? extends T> opener, Check<? super T> check) {
    this.opener = opener;
    this.check = check;
  }

  /**
   * A resource that is never found broken; see {@link #checkedBy}.
   *
   * @param opener makes the object for each leadership
   * @param <T> what is made
   * @return the resource
   */
  public static <T extends AutoCloseable> CloseableResource<T> of(Opener<? extends T> opener) {
    return new CloseableResource<>(opener, object -> {});
  }

  /**
   * With a check.
   *
   * @param how looks whether the object works
   * @return a changed copy, which makes objects of its own
   */
  public CloseableResource<T> checkedBy(Check<? super T> how) {
    return new CloseableResource<>(opener, how);
  }

  /**
   * What works now. Any thread.
   *
   * @return the object, or empty where the role is not led, or it is not ready yet
   */
  public Optional<T> current() {
    return Optional.ofNullable(open.get());
  }

  @Override
  public void start(Leadership leadership) throws Exception {
    T made = opener.open(leadership);
    if (made == null) {
      throw new IllegalStateException("the opener returned null; it must return what it made");
    }
    T earlier = open.getAndSet(made);
    if (earlier != null) { // it is stopped first, so this cannot be; but nothing may get lost
      earlier.close();
    }
  }

  /** Forgets the object when it is closed, not before. */
  @Override
  public void stop() throws Exception {
    T object = open.get();
    if (object != null) {
      object.close();
      open.compareAndSet(object, null);
    }
  }

  @Override
  public void check() throws Exception {
    T object = open.get();
    if (object == null) {
      throw new IllegalStateException("nothing is open");
    }
    check.check(object);
  }
}
