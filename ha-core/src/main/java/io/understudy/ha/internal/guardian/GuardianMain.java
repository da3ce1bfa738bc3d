package io.understudy.ha.internal.guardian;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The guardian's program; started by a member's JVM with pipes as standard input and output and the
 * directory of its own class files as working directory. It ends when the JVM does, in whatever
 * way, and its class files with it.
 *
 * <p>Signals that would end it (INT, TERM, HUP) are those that went to the JVM's whole process
 * group: it takes them as a beginning of the end, and ends when the JVM has. They are not ignored,
 * because the commands that it runs would inherit that.
 */
public final class GuardianMain {
  /** The exit status if something could not be done. */
  static final int FAILED = 1;

  /**
   * Held by a guardian as long as it lives: the next process of a member starts nothing while what
   * the last one left is being stopped. It holds the {@link ProcessId} of the last who held it.
   */
  public static final String LOCK = "guardian.lock";

  /** Held here: the collector would close the file and give the lock back. */
  private static final List<Object> HELD = new ArrayList<>();

  /** So long it waits for its greeting, which comes at once. */
  private static final long GREETING_SECONDS = 10;

  private static final CountDownLatch GREETED = new CountDownLatch(1);

  private static final int REFUSED = 2;
  private static final int BROKEN = 70;

  /** Every class of the package that the child needs; the first is its program. */
  private static final String[] CLASSES = {
    "GuardianMain",
    "GuardianMain$Impatience",
    "GuardianMain$Patience",
    "Duties",
    "Duty",
    "GroupStop",
    "Intake",
    "Jvm",
    "Keeper",
    "Keeper$Setting",
    "OrphanEnd",
    "Orphans",
    "ProcessId",
    "Protocol",
    "Report",
    "Report$Scribe",
    "Report$Voice",
    "RunFile",
    "RunPlace",
    "StopOrder",
    "StopRun",
    "StopRun$Output",
    "Watchdog"
  };

  private GuardianMain() {}

  /** The names of the class files that the child needs, without their package. */
  public static List<String> classes() {
    return List.of(CLASSES);
  }

  /** Never returns. */
  public static void main(String[] arguments) {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(new Patience()));
      loadAll();
      Runtime.getRuntime().halt(guard());
    } catch (Throwable e) { // whatever it is, no guardian is better than half of one
      fail(e);
    }
  }

  /** Now, because the files are deleted at the end and the disk may be gone before. */
  private static void loadAll() throws ClassNotFoundException {
    String prefix = GuardianMain.class.getPackageName().concat(".");
    for (String name : CLASSES) {
      Class.forName(prefix.concat(name));
    }
  }

  private static int guard() throws IOException {
    FileInputStream in = new FileInputStream(FileDescriptor.in);
    Duties duties = new Duties(Thread.currentThread());
    Intake intake = new Intake(in, new FileOutputStream(FileDescriptor.out), duties);
    startDaemon(new Impatience(), "impatience");
    List<String> hello = intake.hello();
    GREETED.countDown();
    long clock = System.nanoTime();
    if (!hello.get(1).equals(Protocol.VERSION)) {
      return refuse(intake, "speaks another version: ".concat(hello.get(1)));
    }
    Jvm jvm = Jvm.parent(Long.parseLong(hello.get(2)));
    if (jvm == null) {
      return refuse(
          intake, "its parent is not process ".concat(hello.get(2)).concat(", or that has ended"));
    }
    File state = new File(hello.get(5));
    if (!lock(new File(state, LOCK))) {
      return refuse(intake, "the guardian of an earlier process of this member is still at work");
    }
    Watchdog watchdog;
    try {
      watchdog = new Watchdog(hello.get(6), Long.parseLong(hello.get(7)));
    } catch (IOException e) {
      return refuse(intake, "cannot open the watchdog: ".concat(String.valueOf(e.getMessage())));
    }
    Report report = new Report(hello.get(3), new File(state, Report.FILE));
    intake.answerIfHeard(List.of(Protocol.READY, Protocol.VERSION, Long.toString(clock)));
    startDaemon(intake, "intake");
    Keeper.Setting setting = new Keeper.Setting(watchdog, new File(hello.get(4)), state);
    int status = new Keeper(jvm, duties, intake, report, setting).keep();
    deleteClasses();
    return status;
  }

  private static void startDaemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Writes who holds it, but not before: what another one has written stays readable. */
  private static boolean lock(File file) throws IOException {
    RandomAccessFile open = new RandomAccessFile(file, "rw");
    HELD.add(open);
    FileLock lock = open.getChannel().tryLock();
    if (lock == null) {
      return false;
    }
    HELD.add(lock);
    try {
      open.setLength(0);
      String self = String.valueOf(ProcessId.of(ProcessHandle.current().pid()));
      open.write(self.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      complain("cannot write who holds the lock: ", e); // a full disk; the lock holds without it
    }
    return true;
  }

  private static int refuse(Intake intake, String reason) throws IOException {
    intake.answer(List.of(Protocol.REFUSED, reason));
    return REFUSED;
  }

  /** What cannot be deleted is overwritten by the next guardian. */
  private static void deleteClasses() {
    File file = new File(GuardianMain.class.getPackageName().replace('.', '/')).getAbsoluteFile();
    for (String name : CLASSES) {
      boolean unused = new File(file, name.concat(".class")).delete();
    }
    File root = new File("").getAbsoluteFile();
    File up = file;
    while (up != null && up.delete() && !up.equals(root)) {
      up = up.getParentFile();
    }
  }

  /** Ends it. */
  private static void fail(Throwable e) {
    complain("", e);
    Runtime.getRuntime().halt(BROKEN);
  }

  /** Says what is wrong with it. */
  static void complain(String what, Throwable e) {
    try {
      System.err.println("guardian: ".concat(what).concat(e.toString()));
    } catch (OutOfMemoryError full) {
      return; // it was to be a help for people; what there is to do is done without it
    }
  }

  /**
   * Ends a guardian that is not greeted. Its parent may have come to no more than the fork, for
   * want of a thread to look after a child: then nobody knows the pipe, so nobody closes it.
   */
  private static final class Impatience implements Runnable {
    @Override
    public void run() {
      try {
        if (!GREETED.await(GREETING_SECONDS, TimeUnit.SECONDS)) {
          String limit = Long.toString(GREETING_SECONDS).concat(" s");
          fail(new IOException("its parent has not greeted it in ".concat(limit)));
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e); // nobody does that
      }
    }
  }

  /** The JVM waits for it before it ends by a signal; it does so for ever. */
  private static final class Patience implements Runnable {
    @Override
    public void run() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e); // nobody does that
      }
    }
  }
}
