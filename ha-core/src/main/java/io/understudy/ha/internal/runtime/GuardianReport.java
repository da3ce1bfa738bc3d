package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaEvent;
import io.understudy.ha.internal.guardian.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the guardian of an earlier process of this member wrote down. Told once, then put aside. */
final class GuardianReport {
  private static final Logger LOG = LoggerFactory.getLogger(GuardianReport.class);
  private static final String TOLD = Report.FILE + ".told";

  private GuardianReport() {}

  /** Takes it from the state directory; empty if there is none that can be read. */
  static Optional<HaEvent.GuardianActed> take(Path state) {
    Path file = state.resolve(Report.FILE);
    try {
      HaEvent.GuardianActed told = parse(Files.readAllLines(file));
      Files.move(file, state.resolve(TOLD), StandardCopyOption.REPLACE_EXISTING);
      return Optional.of(told);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | DateTimeException | IllegalArgumentException e) {
      LOG.warn("the guardian's report {} cannot be read or put aside; have a look", file, e);
      return Optional.empty();
    }
  }

  private static HaEvent.GuardianActed parse(List<String> lines) {
    String[] head = lines.isEmpty() ? new String[0] : lines.get(0).split(" ", -1);
    if (head.length != 2) {
      throw new IllegalArgumentException("its first line is not a time and a verdict");
    }
    return new HaEvent.GuardianActed(
        Instant.parse(head[0]), head[1].equals(Report.STOPPED), lines.subList(1, lines.size()));
  }
}
