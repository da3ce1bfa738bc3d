package io.understudy.samples.node;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Holds back what is logged to standard error until it is clear that the member may take part: so
 * that one that is refused leaves a single line there, not a log in which the reason must be found.
 * Threadsafe.
 */
final class HeldLog extends OutputStream {
  private static final int MAX_HELD_BYTES = 256 * 1024;

  private final PrintStream out;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private boolean holding = true;

  private HeldLog(PrintStream out) {
    this.out = out;
  }

  /** Stands itself in for standard error. */
  static HeldLog install() {
    HeldLog log = new HeldLog(System.err);
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    return log;
  }

  @Override
  public synchronized void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    if (!holding) {
      out.write(bytes, offset, length);
      return;
    }
    held.write(bytes, offset, length);
    if (held.size() > MAX_HELD_BYTES) {
      release();
    }
  }

  @Override
  public synchronized void flush() {
    out.flush();
  }

  /** Lets through what was held, and everything from now on. Doing it again does nothing. */
  synchronized void release() {
    if (holding) {
      holding = false;
      out.write(held.toByteArray(), 0, held.size());
      held.reset();
      out.flush();
    }
  }

  /** Writes one line at once and ends the JVM; what is still held is lost. */
  synchronized void sayAndHalt(String line, int status) {
    out.println(line);
    out.flush();
    Runtime.getRuntime().halt(status);
  }
}
