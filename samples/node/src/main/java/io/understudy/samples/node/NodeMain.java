package io.understudy.samples.node;

import java.util.List;

/** One member, and nothing else. */
public final class NodeMain {
  private NodeMain() {}

  /**
   * Runs a member; see {@code --help}.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    new Program("ha-node", Usage.TEXT).run(List.of(args), line -> Feature.NONE);
  }
}
