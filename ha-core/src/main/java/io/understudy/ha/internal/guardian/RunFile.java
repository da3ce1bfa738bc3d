package io.understudy.ha.internal.guardian;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The runs of commands that are under way in a process, in a file: slots of equal size. A slot that
 * begins with a zero is free. What the process has written is there whenever it is killed. No power
 * cut needs to be survived: that ends the commands, too. See {@link RunPlace}.
 *
 * @param run what {@code HA_RUN} is for the command and all that it started
 * @param root the {@link ProcessId} of the command itself; empty if it is not known
 */
public record RunFile(String run, String root) {
  /**
   * So many bytes has a slot: a run, a space, an id of a process, a zero. None lies in two pages of
   * memory, so that none is half written when the process is killed.
   */
  public static final int SLOT = 128;

  /** So many runs may be under way at once. */
  public static final int SLOTS = 256;

  private static final String PREFIX = "runs.";

  /** The name of the file of a process. */
  public static String name(String process, int number) {
    return String.join("", PREFIX, process, ".", Integer.toString(number));
  }

  /** All files of such a name, whoever wrote them. */
  public static List<File> all(File state) {
    return some(RunPlace.all(state), PREFIX);
  }

  /** The files of one process. */
  public static List<File> of(File state, String process) {
    return some(RunPlace.all(state), String.join("", PREFIX, process, "."));
  }

  /** All files of such a name in one directory. */
  static List<File> in(File directory) {
    return some(List.of(directory), PREFIX);
  }

  private static List<File> some(List<File> directories, String prefix) {
    List<File> found = new ArrayList<>();
    for (File directory : directories) {
      String[] names = directory.list();
      if (names != null) {
        for (String name : names) {
          if (name.startsWith(prefix)) {
            found.add(new File(directory, name));
          }
        }
      }
    }
    return found;
  }

  /** Whether its process has ended, and nothing was under way then. */
  static boolean isForNothing(File file) {
    String name = file.getName();
    int dot = name.lastIndexOf('.');
    if (dot < PREFIX.length() || ProcessId.isThere(name.substring(PREFIX.length(), dot))) {
      return false;
    }
    try {
      return read(file).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** What is under way by a file; nothing if there is none any more. */
  static List<RunFile> read(File file) throws IOException {
    byte[] bytes;
    try (FileInputStream in = new FileInputStream(file)) {
      bytes = in.readAllBytes();
    } catch (FileNotFoundException e) {
      if (file.exists()) {
        throw e;
      }
      return List.of(); // somebody else has ended what was in it, and deleted it
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
