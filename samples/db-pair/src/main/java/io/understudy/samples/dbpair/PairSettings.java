package io.understudy.samples.dbpair;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the caller wants of a pair.
 *
 * @param directory where the homes of the servers go; null for a new one below the cache
 * @param offsets one for each server
 */
record PairSettings(
    Product product,
    @Nullable Path directory,
    int increment,
    List<Integer> offsets,
    boolean startReadOnly,
    List<String> options) {

  PairSettings {
    offsets = List.copyOf(offsets);
    options = List.copyOf(options);
  }
}
