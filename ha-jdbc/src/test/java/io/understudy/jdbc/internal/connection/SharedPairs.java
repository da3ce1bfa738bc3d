package io.understudy.jdbc.internal.connection;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.samples.dbpair.DatabasePair;
import io.understudy.samples.dbpair.Flavor;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * One pair of servers for each product, for all tests that leave them as they found them; stopped
 * when the last test has run.
 */
final class SharedPairs implements BeforeAllCallback {
  private static final Map<Flavor, DatabasePair> PAIRS = new EnumMap<>(Flavor.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    assumeTrue(DatabasePair.unsupportedReason().isEmpty(), "servers cannot run here");
    Object unused =
        context
            .getRoot()
            .getStore(Namespace.create(SharedPairs.class))
            .getOrComputeIfAbsent("pairs", key -> start());
  }

  private static AutoCloseable start() {
    for (Flavor flavor : Flavor.values()) {
      PAIRS.put(flavor, DatabasePair.builder(flavor).start());
    }
    return () -> PAIRS.values().forEach(DatabasePair::close);
  }

  static DatabasePair of(Flavor flavor) {
    DatabasePair pair = PAIRS.get(flavor);
    if (pair == null) {
      throw new IllegalStateException("no pair of " + flavor + ": extend with SharedPairs");
    }
    return pair;
  }
}
