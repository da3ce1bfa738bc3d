package io.understudy.samples.orders;

import io.understudy.samples.node.Program;
import java.util.List;

/** One member of an order service. */
public final class OrdersMain {
  private OrdersMain() {}

  /**
   * Runs a member; see {@code --help}.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    new Program("ha-orders", OrdersUsage.TEXT).run(List.of(args), Shop::read);
  }
}
