package io.understudy.ha.internal.guardian;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the guardian did: sentences on standard error at once, and in a file for the next life of
 * the member. Nothing waits for either, but the end: who should read standard error may be stopped,
 * and the disk may hang. Threadsafe.
 */
public final class Report {
  /** The file's name in the state directory. */
  public static final String FILE = "guardian.report";

  /** In its first line: everything has stopped. */
  public static final String STOPPED = "all-stopped";

  /** In its first line: something has not. */
  public static final String NOT_STOPPED = "not-all-stopped";

  private final String speaker;
  private final File file;
  private final List<String> sentences = new ArrayList<>();
  private final BlockingQueue<String> toSay = new LinkedBlockingQueue<>();
  private final AtomicInteger unsaid = new AtomicInteger();
  private boolean failed;

  Report(String member, File file) {
    this.speaker = member.concat(" - guardian: ");
    this.file = file;
    start(new Thread(new Voice(), "voice"));
  }

  private static Thread start(Thread thread) {
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Says it. */
  synchronized void say(String... parts) {
    String sentence = String.join("", parts);
    sentences.add(sentence);
    unsaid.incrementAndGet();
    toSay.add(String.join("", speaker, sentence, "\n"));
  }

  /** Says that something has not been done that should have been. */
  synchronized void fail(String... parts) {
    failed = true;
    say(parts);
  }

  synchronized boolean hasFailed() {
    return failed;
  }

  /** With a tenth of a millisecond. */
  static String millis(long nanos) {
    long tenths = Math.round(nanos / 100_000.0);
    String sign = tenths < 0 ? "-" : "";
    long size = Math.abs(tenths);
    return String.join("", sign, Long.toString(size / 10), ".", Long.toString(size % 10), " ms");
  }

  /** Writes the file and lets everything be said; waits so long and no longer. */
  void conclude(long limitMillis) {
    Thread writer = start(new Thread(new Scribe(), "scribe"));
    try {
      writer.join(limitMillis);
      for (long left = limitMillis; left > 0 && unsaid.get() > 0; left--) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // nobody does that
    }
  }

  private synchronized String text() {
    String verdict = failed ? NOT_STOPPED : STOPPED;
    List<String> lines = new ArrayList<>();
    lines.add(String.join(" ", Instant.now().toString(), verdict));
    lines.addAll(sentences);
    lines.add("");
    return String.join("\n", lines);
  }

  /** Beside the file first, so that nobody reads half of it. */
  private final class Scribe implements Runnable {
    @Override
    public void run() {
      File fresh = new File(file.getPath().concat(".new"));
      try (FileOutputStream out = new FileOutputStream(fresh)) {
        out.write(text().getBytes(StandardCharsets.UTF_8));
        out.getFD().sync();
      } catch (IOException e) {
        say("no report in ", file.getPath(), ": ", String.valueOf(e.getMessage()));
        return;
      }
      if (!fresh.renameTo(file)) {
        say("no report in ", file.getPath(), ": ", fresh.getPath(), " could not be renamed");
      }
    }
  }

  private final class Voice implements Runnable {
    @Override
    public void run() {
      FileOutputStream err = new FileOutputStream(FileDescriptor.err);
      try {
        while (true) {
          String next = toSay.take();
          err.write(next.getBytes(StandardCharsets.UTF_8));
          unsaid.decrementAndGet();
        }
      } catch (IOException | InterruptedException e) {
        unsaid.set(Integer.MIN_VALUE); // nobody listens
      }
    }
  }
}
