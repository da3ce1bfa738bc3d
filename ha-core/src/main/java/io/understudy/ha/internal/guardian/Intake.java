package io.understudy.ha.internal.guardian;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hears the parent, on a thread of its own. See {@link Protocol} for the bell.
 *
 * <p>The guardian may have been stopped, or without a processor, while the parent was well: then
 * deadlines that it knows have passed, and later ones wait in the pipe. {@link #isHeeded} tells.
 */
final class Intake implements Runnable {
  private static final int CHUNK = 8192;

  private final InputStream in;
  private final OutputStream answers;
  private final Duties duties;
  private final Lock lock = new ReentrantLock();
  private final byte[] chunk = new byte[CHUNK];
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean rung;

  Intake(InputStream in, OutputStream answers, Duties duties) {
    this.in = in;
    this.answers = answers;
    this.duties = duties;
  }

  /** The first message, which is no duty. */
  List<String> hello() throws IOException {
    if (in.read() != '\n') {
      throw new EOFException("no greeting");
    }
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("no greeting");
      }
      line.write(b);
    }
    return takeLine();
  }

  /**
   * Until the end of the pipe. Whatever else ends it makes the guardian deaf and not useless: what
   * it was told last stands, so it ends the parent at that deadline, and does the stops. A parent
   * that is well hears no answers any more, and replaces it before or after that.
   */
  @Override
  public void run() {
    try {
      while (in.read() == '\n') {
        lock.lock();
        try {
          rung = true;
          while (rung) {
            readMessages();
          }
        } finally {
          lock.unlock();
        }
      }
    } catch (EOFException e) {
      // in the midst of a message: the parent was ended
    } catch (Throwable e) { // an Error like any other: there may be something to stop
      GuardianMain.complain("hears no more: ", e);
      return;
    }
    duties.end();
  }

  /** What is there, at least the rest of a message, and no byte of one whose bell is not heard. */
  private void readMessages() throws IOException {
    int n = in.read(chunk, 0, Math.max(1, Math.min(CHUNK, in.available())));
    if (n < 0) {
      throw new EOFException();
    }
    for (int i = 0; i < n; i++) {
      byte b = chunk[i];
      if (!rung) {
        rung = true; // the next bell
      } else if (b == '\n') {
        rung = false;
        heed(takeLine());
      } else {
        line.write(b);
      }
    }
  }

  private List<String> takeLine() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    return Protocol.fields(text);
  }

  private void heed(List<String> message) throws IOException {
    if (message.get(0).equals(Protocol.PING)) {
      answerIfHeard(List.of(Protocol.PONG, message.get(1)));
    } else if (!duties.heed(message)) {
      throw new IOException("unknown message ".concat(message.get(0)));
    }
  }

  /** Who asked may have ended since; the end of the pipe says so, and what to do then. */
  void answerIfHeard(List<String> message) {
    try {
      answer(message);
    } catch (IOException e) {
      return;
    }
  }

  void answer(List<String> message) throws IOException {
    String text = Protocol.line(message).concat("\n");
    answers.write(text.getBytes(StandardCharsets.UTF_8));
    answers.flush();
  }

  /**
   * Whether all that was sent has been heeded; waits so long for it. Not longer: the parent may be
   * stopped in the midst of a message.
   */
  boolean isHeeded(long patienceNanos) {
    long untilNanos = System.nanoTime() + patienceNanos;
    try {
      do {
        if (lock.tryLock(patienceNanos, TimeUnit.NANOSECONDS)) {
          try {
            if (in.available() == 0) {
              return true;
            }
          } finally {
            lock.unlock();
          }
        }
        TimeUnit.MILLISECONDS.sleep(1);
      } while (System.nanoTime() - untilNanos < 0);
    } catch (IOException e) {
      return true; // no pipe, nothing to wait for
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // nobody does that
    }
    return false;
  }
}
