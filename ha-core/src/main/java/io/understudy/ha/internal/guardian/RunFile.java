package io.understudy.ha.internal.guardian;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The runs of commands that are under way in a process, in a file of its state directory: slots of
 * equal size. A slot that begins with a zero is free. The process writes through mapped memory, so
 * what it has written is there whenever it is killed. No power cut needs to be survived: that ends
 * the commands, too.
 *
 * @param run what {@code HA_RUN} is for the command and all that it started
 * @param root the {@link ProcessId} of the command itself; empty if it is not known
 */
public record RunFile(String run, String root) {
  /** So many bytes has a slot: a run, a space, an id of a process, a zero. */
  public static final int SLOT = 96;

  /** So many runs may be under way at once. */
  public static final int SLOTS = 256;

  private static final String PREFIX = "runs.";

  /** The name of the file of a process. */
  public static String name(String process, int number) {
    return String.join("", PREFIX, process, ".", Integer.toString(number));
  }

  /** All files of such a name, whoever wrote them. */
  public static List<File> all(File state) {
    return some(state, PREFIX);
  }

  /** The files of one process. */
  public static List<File> of(File state, String process) {
    return some(state, String.join("", PREFIX, process, "."));
  }

  private static List<File> some(File state, String prefix) {
    List<File> found = new ArrayList<>();
    String[] names = state.list();
    if (names != null) {
      for (String name : names) {
        if (name.startsWith(prefix)) {
          found.add(new File(state, name));
        }
      }
    }
    return found;
  }

  /** What is under way by a file. */
  static List<RunFile> read(File file) throws IOException {
    byte[] bytes;
    try (FileInputStream in = new FileInputStream(file)) {
      bytes = in.readAllBytes();
    }
    List<RunFile> found = new ArrayList<>();
    for (int at = 0; at + SLOT <= bytes.length; at += SLOT) {
      if (bytes[at] != 0) {
        String text = new String(bytes, at, SLOT, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\0');
        String slot = end < 0 ? text : text.substring(0, end);
        int space = slot.indexOf(' ');
        found.add(
            space < 0
                ? new RunFile(slot, "")
                : new RunFile(slot.substring(0, space), slot.substring(space + 1)));
      }
    }
    return found;
  }
}
