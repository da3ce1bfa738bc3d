package io.understudy.ha.internal.runtime;

import io.understudy.ha.Guardian;
import io.understudy.ha.internal.guardian.Duty;
import io.understudy.ha.internal.guardian.GuardianMain;
import io.understudy.ha.internal.guardian.Protocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One guardian from its start to its end. A thread sends it what has changed, always the newest and
 * never what is outdated already; another one hears its answers. If it stops reading, the sender
 * waits, and nobody else.
 */
final class GuardianProcess {
  private static final long ANSWER_SECONDS = 10;

  private final Process process;
  private final OutputStream out;
  private final List<GuardedGroup> groups;
  private final Thread sender;
  private final Consumer<GuardedGroup> sentTo;
  private final CompletableFuture<List<String>> ready = new CompletableFuture<>();
  private final Map<GuardedGroup, GuardedGroup.News> sent = new ConcurrentHashMap<>();
  private long clockOffsetNanos;
  private volatile long pingSent; // the sender's
  private volatile long silentSinceNanos;
  private volatile long pingWanted;
  private volatile long pongHeard;
  private volatile boolean byeWanted;
  private volatile boolean over;

  /**
   * What it is told at its start.
   *
   * @param member whose guardian it is
   * @param state the state directory
   * @param guardian as configured
   */
  record Greeting(String member, Path state, Guardian guardian) {}

  private GuardianProcess(
      Process process, String member, List<GuardedGroup> groups, Consumer<GuardedGroup> sentTo) {
    this.process = process;
    this.out = process.getOutputStream();
    this.groups = groups;
    this.sentTo = sentTo;
    this.sender = Threads.urgent(this::send, "ha-guardian-sender-" + member);
  }

  /**
   * Starts one, and waits until it watches.
   *
   * @param classes its class path
   * @param greeting what it is told
   * @param groups to be watched; may grow
   * @param sentTo is told by the sender when what is new of a group has been sent
   * @throws IOException if it does not come to watch; it has been ended then
   */
  static GuardianProcess start(
      GuardianClasses classes,
      Greeting greeting,
      List<GuardedGroup> groups,
      Consumer<GuardedGroup> sentTo)
      throws IOException, InterruptedException {
    classes.write();
    ProcessBuilder builder =
        new ProcessBuilder(command())
            .directory(classes.root().toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeAll(GuardedGroup.JAVA_VARIABLES);
    GuardianProcess made = new GuardianProcess(builder.start(), greeting.member(), groups, sentTo);
    boolean watches = false;
    try {
      Threads.ordinary(made::hear, "ha-guardian-answers-" + greeting.member()).start();
      made.greet(greeting);
      made.sender.start();
      watches = true;
    } finally {
      if (!watches) {
        made.kill();
      }
    }
    return made;
  }

  /**
   * As small as a JVM can be. The class path is the working directory, because a path may contain
   * what separates paths. The diagnostic option keeps the JDK's class data archive where it was
   * made for, so that its pages are shared with other JVMs instead of being copied.
   */
  private static List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xms2m",
        "-Xmn1m",
        "-Xmx64m",
        "-Xss256k",
        "-Xint",
        "-Xshare:auto",
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        "-XX:+IgnoreUnrecognizedVMOptions",
        "-XX:+UnlockDiagnosticVMOptions",
        "-XX:ArchiveRelocationMode=0",
        "-cp",
        ".",
        GuardianMain.class.getName());
  }

  private void greet(Greeting greeting) throws IOException, InterruptedException {
    long askedNanos = System.nanoTime();
    write(
        List.of(
            Protocol.HELLO,
            Protocol.VERSION,
            Long.toString(ProcessHandle.current().pid()),
            greeting.member(),
            Path.of("").toAbsolutePath().toString(),
            greeting.state().toAbsolutePath().toString(),
            greeting.guardian().watchdog().map(Path::toString).orElse(""),
            Long.toString(greeting.guardian().feedInterval().toMillis())));
    out.flush();
    List<String> answer;
    try {
      answer = ready.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException("process " + pid() + " did not answer in " + ANSWER_SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw new IOException("process " + pid() + " ended or spoke nonsense at once", e);
    }
    if (!answer.get(0).equals(Protocol.READY)) {
      String reason = answer.size() > 1 ? answer.get(1) : "said '" + answer.get(0) + "'";
      throw new IOException("process " + pid() + ": " + reason);
    }
    clockOffsetNanos = offsetNanos(askedNanos, Long.parseLong(answer.get(2)), System.nanoTime());
  }

  /**
   * How far its clock is ahead. On Linux it is the same clock, and then it read it between question
   * and answer. Otherwise its deadlines come a little too early, never too late.
   */
  static long offsetNanos(long askedNanos, long itsNanos, long answeredNanos) {
    boolean same = itsNanos - askedNanos >= 0 && answeredNanos - itsNanos >= 0;
    return same ? 0 : itsNanos - answeredNanos;
  }

  // ---- the sender ------------------------------------------------------------------------------

  private void send() {
    try {
      while (!over) {
        try {
          if (sendDue()) {
            return;
          }
          LockSupport.parkNanos(this, TimeUnit.SECONDS.toNanos(1));
        } catch (OutOfMemoryError e) { // a full heap is what the guardian is there for
          LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(100));
        }
      }
    } catch (IOException e) {
      // it has ended: who waits for that says so
    } finally {
      if (!byeWanted) {
        process.destroyForcibly(); // one that hears nothing new does harm; the next one will
      }
    }
  }

  /** Sends what is new. Whether nothing will follow. */
  private boolean sendDue() throws IOException {
    boolean bye = byeWanted; // before it looks what is new
    long ping = pingWanted;
    for (GuardedGroup group : groups) {
      sendNews(group);
    }
    if (ping != pingSent) {
      write(List.of(Protocol.PING, Long.toString(ping)));
      if (pongHeard >= pingSent) {
        silentSinceNanos = System.nanoTime();
      }
      pingSent = ping;
    }
    if (bye) {
      write(List.of(Protocol.BYE));
      out.close();
    }
    return bye;
  }

  private void sendNews(GuardedGroup group) throws IOException {
    GuardedGroup.News news = group.news();
    GuardedGroup.News known = sent.get(group);
    Duty latest = news.duty();
    Duty before = known == null ? null : known.duty();
    if (news.equals(known) || (before == null && latest.isEmpty())) {
      return;
    }
    if (latest.isEmpty()) {
      write(List.of(Protocol.CLEAR, latest.role()));
    } else if (before != null && !before.isEmpty() && before.orders().equals(latest.orders())) {
      String deadline = latest.deadlineField(clockOffsetNanos);
      write(List.of(Protocol.DEADLINE, latest.role(), deadline));
    } else {
      write(latest.fields(clockOffsetNanos));
    }
    sent.put(group, news);
    sentTo.accept(group);
  }

  /** In one piece, and handed to the kernel at once: from then on it arrives whatever happens. */
  private void write(List<String> message) throws IOException {
    out.write(("\n" + Protocol.line(message) + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  // ---- who hears -------------------------------------------------------------------------------

  private void hear() {
    try (BufferedReader answers = process.inputReader(StandardCharsets.UTF_8)) {
      while (hearLine(answers)) {
        // until its output ends
      }
      ready.completeExceptionally(new IOException("its output has ended"));
    } catch (IOException | RuntimeException e) {
      ready.completeExceptionally(e);
    }
  }

  /** Whether there may be another one. A line that finds no room is lost; it is asked again. */
  private boolean hearLine(BufferedReader answers) throws IOException {
    try {
      String line = answers.readLine();
      if (line == null) {
        return false;
      }
      List<String> answer = Protocol.fields(line);
      if (answer.get(0).equals(Protocol.PONG)) {
        pongHeard = Long.parseLong(answer.get(1));
      } else {
        ready.complete(answer);
      }
    } catch (OutOfMemoryError e) { // it was this process that did not hear
      silentSinceNanos = System.nanoTime();
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(100));
    }
    return true;
  }

  // ---- any thread ------------------------------------------------------------------------------

  long pid() {
    return process.pid();
  }

  /** Whether it was sent until when a group may work now, and what to stop of it. */
  boolean watches(GuardedGroup group) {
    GuardedGroup.News known = sent.get(group);
    return known != null && known.covers(group.news());
  }

  /**
   * Whether it was told what is at work of a group. What it has not heard of yet is not started
   * before it has, so that an older message will do; but none will not.
   */
  boolean hasHeardOf(GuardedGroup group) {
    return sent.containsKey(group) || group.latest().isEmpty();
  }

  /** Something is new. Does not block. */
  void wake() {
    LockSupport.unpark(sender);
  }

  /** Whether a question that reached it has had no answer for so long. */
  boolean isSilentFor(long nanos) {
    return pingSent > pongHeard && System.nanoTime() - silentSinceNanos >= nanos;
  }

  /** Its silence counts from now on: this process did not listen. */
  void excuse() {
    silentSinceNanos = System.nanoTime();
  }

  /** Asks for an answer. One thread. */
  void ask() {
    long next = pingWanted + 1;
    pingWanted = next;
    wake();
  }

  /** Waits for its end, so long. */
  boolean awaitEnd(long limitMillis) throws InterruptedException {
    return process.waitFor(limitMillis, TimeUnit.MILLISECONDS);
  }

  /** After its end. */
  int status() {
    return process.exitValue();
  }

  /** Nothing is at work any more, and nothing will be. */
  void sayBye() {
    byeWanted = true;
    wake();
  }

  void kill() {
    over = true;
    process.destroyForcibly();
    wake();
  }
}
