package io.understudy.jdbc.internal.routing;

import java.util.Map;

/**
 * What a look at a server found that needs words.
 *
 * @param missing for other masters, which of their transactions this server lacks, as text of
 *     bounded length
 * @param unfit why this server must not be the writer, and what to do; empty if nothing speaks
 *     against it
 * @param notice what passes by its read-only mode all the same, and what to do; empty without
 */
public record Findings(Map<String, String> missing, String unfit, String notice) {
  /** Nothing was found. */
  public static final Findings NONE = new Findings(Map.of(), "", "");

  /** Copies. */
  public Findings {
    missing = Map.copyOf(missing);
  }
}
