package io.understudy.ha;

/** Ends a subscription when closed. Closing twice does nothing. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  @Override
  void close();
}
