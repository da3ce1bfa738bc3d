package io.understudy.samples.node;

import io.understudy.ha.HaNode;
import java.util.List;

/** What a program does beside being a member. */
public interface Feature extends AutoCloseable {
  /** Nothing. */
  Feature NONE =
      new Feature() {
        @Override
        public void start(HaNode node, JsonLines lines) {}

        @Override
        public List<Endpoint> endpoints() {
          return List.of();
        }

        @Override
        public void close() {}
      };

  /** Reads its options. */
  @FunctionalInterface
  interface Reader {
    /**
     * Takes its options, and what it cannot run without, so that a member that cannot run as called
     * never joins.
     *
     * @param line the command line, out of which it takes them
     * @return the feature
     * @throws ArgumentException if it cannot run as called
     */
    Feature read(CommandLine line) throws ArgumentException;
  }

  /**
   * Begins, on a member that runs. Must return soon.
   *
   * @param node the member
   * @param lines where its events go
   * @throws ArgumentException if the member cannot have it as called
   */
  void start(HaNode node, JsonLines lines) throws ArgumentException;

  /**
   * What it adds to the HTTP API.
   *
   * @return the endpoints, asked once after the start
   */
  List<Endpoint> endpoints();

  /** Ends within a second or two, before the member leaves. */
  @Override
  void close();
}
