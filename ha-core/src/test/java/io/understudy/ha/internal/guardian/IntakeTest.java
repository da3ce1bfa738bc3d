package io.understudy.ha.internal.guardian;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IntakeTest {
  private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(50);

  private final PipedOutputStream pipe = new PipedOutputStream();
  private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
  private final Duties duties = new Duties(Thread.currentThread());
  private final Intake intake = new Intake(new PipedInputStream(pipe, 65_536), answers, duties);

  IntakeTest() throws IOException {}

  private void say(String... messages) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String message : messages) {
      text.append('\n').append(message).append('\n');
    }
    pipe.write(text.toString().getBytes(StandardCharsets.UTF_8));
    pipe.flush();
  }

  private Thread listen() {
    Thread thread = new Thread(intake);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private long deadline() {
    return Objects.requireNonNull(duties.next()).deadlineNanos();
  }

  @Test
  void heedsWhateverPiecesMessagesComeIn() throws IOException {
    listen();
    byte[] text = "\nduty\tmain\t5\t1\n\ndeadline\tmain\t7\n".getBytes(StandardCharsets.UTF_8);
    for (byte piece : text) {
      pipe.write(piece);
      pipe.flush();
    }
    await().until(() -> duties.next() != null && deadline() == 7);

    say("clear\tmain", "ping\t3");

    await().until(() -> answers.toString(StandardCharsets.UTF_8).equals("pong\t3\n"));
    assertNull(duties.next());
    assertTrue(intake.isHeeded(PATIENCE));
  }

  /** What was said before somebody asked is heeded when the answer is yes. */
  @Test
  void isNotHeededBeforeItIsRead() throws IOException {
    say("duty\tmain\t5\t1");
    assertFalse(intake.isHeeded(PATIENCE));

    listen();

    assertTrue(intake.isHeeded(TimeUnit.SECONDS.toNanos(10)));
    assertEquals(5, deadline());
  }

  /** A question was still in the pipe when its asker died: what it left is stopped all the same. */
  @Test
  void endsInGoodOrderWhenNobodyIsLeftToBeAnswered() {
    byte[] text = "\nping\t1\n\nduty\tmain\t5\t1\n".getBytes(StandardCharsets.UTF_8);
    PipedOutputStream unheard = new PipedOutputStream(); // connected to nobody: each write fails

    new Intake(new ByteArrayInputStream(text), unheard, duties).run();

    assertTrue(duties.hasEnded());
    assertEquals(5, deadline());
  }

  /** Deaf, and not gone: what it was told last is still to be done. */
  @Test
  void keepsItsDutiesWhenItHearsNoMore() {
    Map<String, String> unreadable =
        Map.of(
            "an unknown word", "sing\tmain",
            "no number", "duty\tmain\tnever\t1",
            "not enough", "deadline\tmain",
            "a role without a duty", "deadline\tother\t9");
    for (String what : unreadable.keySet()) {
      Duties left = new Duties(Thread.currentThread());
      String text = "\nduty\tmain\t5\t1\ta\t1\tstop\t0\n\n" + unreadable.get(what) + "\n";
      InputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));

      new Intake(in, answers, left).run();

      assertFalse(left.hasEnded(), what);
      assertEquals(5, Objects.requireNonNull(left.next()).deadlineNanos(), what);
      assertEquals(1, left.toStop().size(), what);
    }
  }

  /** Who was stopped in the midst of a word must not keep the guardian from its work. */
  @Test
  void doesNotWaitForTheEndOfAMessageForEver() throws IOException {
    listen();
    say("duty\tmain\t5\t1");
    await().until(() -> duties.next() != null);

    pipe.write("\ndeadl".getBytes(StandardCharsets.UTF_8));
    pipe.flush();

    await().until(() -> !intake.isHeeded(PATIENCE));
  }

  @Test
  void tellsTheEnd() throws IOException, InterruptedException {
    Thread listener = listen();
    say("bye");
    await().until(duties::saidBye);

    pipe.close();

    listener.join();
    assertTrue(duties.hasEnded());
    assertEquals(List.of(), duties.toStop());
  }
}
