package io.understudy.samples.orders;

import io.understudy.ha.HaNode;
import io.understudy.jdbc.HaDataSource;
import io.understudy.samples.node.ArgumentException;
import io.understudy.samples.node.CommandLine;
import io.understudy.samples.node.Endpoint;
import io.understudy.samples.node.Feature;
import io.understudy.samples.node.JsonLines;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What this program does beside being a member: the data source, its clients, and their ledger. */
final class Shop implements Feature {
  private static final long ATTEMPTS_END_MILLIS = 500;
  private static final long THREADS_END_MILLIS = 1_000;
  private static final String WITNESS = "--witness";

  private final OrderArguments arguments;
  private final Masters masters;
  private final Ledger ledger;
  private @Nullable HaDataSource source; // guarded by this
  private @Nullable Clients clients; // guarded by this
  private boolean closed; // guarded by this

  private Shop(OrderArguments arguments, Masters masters, Ledger ledger) {
    this.arguments = arguments;
    this.masters = masters;
    this.ledger = ledger;
  }

  static Feature read(CommandLine line) throws ArgumentException {
    OrderArguments arguments = OrderArguments.parse(line.take(OrderOption.class));
    if (line.has(WITNESS)) {
      throw new ArgumentException(WITNESS + " makes no orders; run it with ha-node.jar");
    }
    Masters masters = new Masters(arguments);
    masters.checkAccounts();
    return new Shop(arguments, masters, Ledger.open(arguments.ledger()));
  }

  @Override
  public synchronized void start(HaNode node, JsonLines lines) throws ArgumentException {
    if (closed) {
      return;
    }
    HaDataSource opened;
    try {
      opened = masters.open(node);
    } catch (IllegalArgumentException e) {
      throw new ArgumentException(String.valueOf(e.getMessage()));
    }
    source = opened;
    opened.subscribe(new DatabasePrinter(lines));
    OrderClient.Missing missing =
        (client, sequence, id) ->
            lines.write("missing", "client", client, "sequence", sequence, "id", id);
    List<OrderClient> made =
        IntStream.range(0, arguments.clients())
            .mapToObj(it -> new OrderClient(node.member().value(), it, opened, ledger, missing))
            .toList();
    Runnable began = () -> lines.write("orders", "table", "orders", "clients", made.size());
    Clients started = new Clients(opened, arguments.tokens(), made, arguments.perSecond(), began);
    clients = started;
    started.start();
  }

  @Override
  public synchronized List<Endpoint> endpoints() {
    HaDataSource opened = source;
    return opened == null ? List.of() : new DatabaseApi(opened).endpoints();
  }

  /** Attempts may end by themselves before the connections are taken away. */
  @Override
  public synchronized void close() {
    closed = true;
    if (clients != null) {
      clients.stop();
      clients.awaitEnd(ATTEMPTS_END_MILLIS);
    }
    if (source != null) {
      source.close();
    }
    if (clients != null) {
      clients.awaitEnd(THREADS_END_MILLIS);
    }
    masters.close();
    ledger.close();
  }
}
