package io.understudy.samples.dbpair;

import java.util.List;

/**
 * What one server is told at every start.
 *
 * @param serverId distinct in a pair
 * @param port of 127.0.0.1
 * @param increment the distance between two ids that this server issues
 * @param offset the first id that this server issues
 * @param extraOptions as the caller gave them, for both servers
 */
record ServerSettings(
    int serverId, int port, int increment, int offset, List<String> extraOptions) {
  ServerSettings {
    extraOptions = List.copyOf(extraOptions);
  }

  String name() {
    return "db-%02d".formatted(serverId);
  }
}
