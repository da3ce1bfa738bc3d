package io.understudy.jdbc.internal.routing;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The bytes in which a member tells how it sees the masters: a version, then for each master the
 * hash of its name, kind, failures and code. Names are hashed because a statement is short, and
 * because two members may list the masters in different orders.
 */
public final class SightCodec {
  private static final byte VERSION = 1;
  private static final int SIGHT_BYTES = 8;

  private SightCodec() {}

  /**
   * Writes a statement.
   *
   * @param sights by master
   * @param maxBytes how long it may be; if not all fit, those that do not answer come first
   * @return the bytes; none if nothing is known
   */
  public static byte[] encode(Map<String, Sight> sights, int maxBytes) {
    if (sights.isEmpty()) {
      return new byte[0];
    }
    List<Map.Entry<String, Sight>> told =
        sights.entrySet().stream()
            .sorted(
                Comparator.comparing(
                        (Map.Entry<String, Sight> it) -> it.getValue().equals(Sight.OK))
                    .thenComparing(Map.Entry::getKey))
            .limit((maxBytes - 1) / SIGHT_BYTES)
            .toList();
    ByteBuffer bytes = ByteBuffer.allocate(1 + told.size() * SIGHT_BYTES).put(VERSION);
    for (Map.Entry<String, Sight> entry : told) {
      Sight sight = entry.getValue();
      bytes
          .putInt(entry.getKey().hashCode())
          .put(sight.kind().letter())
          .put((byte) sight.failures())
          .putShort((short) sight.code());
    }
    return bytes.array();
  }

  /**
   * Reads a statement. It believes nothing: what is not understood is not said.
   *
   * @param bytes what another member told
   * @param masters the names that are known here
   * @return by master; those of which nothing is said are not in it
   */
  public static Map<String, Sight> decode(byte[] bytes, Collection<String> masters) {
    Map<String, Sight> sights = new HashMap<>();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length == 0 || in.get() != VERSION) {
      return sights;
    }
    while (in.remaining() >= SIGHT_BYTES) {
      int hash = in.getInt();
      byte letter = in.get();
      int failures = in.get() & 0xFF;
      int code = in.getShort() & 0xFFFF;
      for (Sight.Kind kind : Sight.Kind.values()) {
        if (kind.letter() == letter) {
          Sight sight = new Sight(kind, failures, code);
          masters.stream().filter(it -> it.hashCode() == hash).forEach(it -> sights.put(it, sight));
        }
      }
    }
    return sights;
  }
}
