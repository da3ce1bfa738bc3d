package io.understudy.jdbc;

import java.io.Serializable;

/**
 * Where a JVM's statements go, at one moment.
 *
 * @param node the member that this JVM is
 * @param writer the agreed writer, or empty text if there is none
 * @param phase the phase of the assignment
 * @param generation the assignment's number; each change of the writer begins a new one
 * @param epoch the epoch of the director that wrote the assignment, 0 before the first
 */
public record RouteInfo(String node, String writer, Phase phase, long generation, long epoch)
    implements Serializable {
  @Override
  public String toString() {
    return "writer=%s, phase=%s, generation=%d, epoch=%d, node=%s"
        .formatted(writer.isEmpty() ? "none" : writer, phase, generation, epoch, node);
  }
}
