package io.understudy.ha.internal.guardian;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/**
 * A Linux watchdog device. To open it sets it going; if it is not written to for its time it
 * restarts the machine. A {@code V} as the last byte before it is closed stops it; without one it
 * goes on.
 */
final class Watchdog {
  private final OutputStream device;
  private final long intervalNanos;
  private long nextNanos;

  Watchdog(String path, long intervalMillis) throws IOException {
    device = path.isEmpty() ? OutputStream.nullOutputStream() : open(path);
    intervalNanos = TimeUnit.MILLISECONDS.toNanos(intervalMillis);
    nextNanos = System.nanoTime();
  }

  /** To open a path that is mistyped would make a file of it, and nobody would watch. */
  private static OutputStream open(String path) throws IOException {
    if (!new File(path).exists()) {
      throw new IOException(path.concat(" does not exist; give the device of this machine"));
    }
    return new FileOutputStream(path);
  }

  /** Feeds it, if it is time. */
  void feed() throws IOException {
    long now = System.nanoTime();
    if (now - nextNanos >= 0) {
      nextNanos = now + intervalNanos;
      device.write(0);
    }
  }

  /** When it wants to be fed. */
  long nextNanos() {
    return nextNanos;
  }

  /** All is well and nobody will feed it any more. */
  void disarm() throws IOException {
    device.write('V');
    device.close();
  }
}
