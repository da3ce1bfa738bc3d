package io.understudy.samples.node;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * An agent that fills the heap of its JVM as soon as a file exists, and keeps it full: the JVM does
 * little but collect garbage from then on.
 */
public final class Hoarder {
  private static final int THREADS = 4;
  private static final int PIECE = 256;

  private Hoarder() {}

  /** Called by the JVM before its program begins. */
  public static void premain(String file, Instrumentation unused) {
    Thread thread = new Thread(() -> hoardOnce(new File(file)), "hoarder");
    thread.setDaemon(true);
    thread.start();
  }

  private static void hoardOnce(File file) {
    try {
      while (!file.exists()) {
        Thread.sleep(10);
      }
    } catch (InterruptedException e) {
      return;
    }
    for (int i = 0; i < THREADS; i++) {
      Thread thread = new Thread(Hoarder::hoard, "hoarder-" + i);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static void hoard() {
    Deque<byte[]> hoard = new ArrayDeque<>();
    while (true) {
      try {
        hoard.add(new byte[PIECE]);
      } catch (OutOfMemoryError e) {
        hoard.poll(); // room for one more, and for the next collection
      }
    }
  }

  /** What stands before a command line so that its JVM has the agent. */
  static List<String> prefix(Path directory, Path file) {
    Path jar = directory.resolve("hoarder.jar");
    String entry = Hoarder.class.getName().replace('.', '/') + ".class";
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(new Attributes.Name("Premain-Class"), Hoarder.class.getName());
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream classes = new JarOutputStream(out, manifest);
        InputStream in = Hoarder.class.getResourceAsStream("Hoarder.class")) {
      classes.putNextEntry(new JarEntry(entry));
      in.transferTo(classes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.of("env", "JAVA_TOOL_OPTIONS=-javaagent:" + jar + "=" + file);
  }
}
