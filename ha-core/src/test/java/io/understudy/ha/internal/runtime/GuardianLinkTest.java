package io.understudy.ha.internal.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.Guardian;
import io.understudy.ha.HaConfig;
import io.understudy.ha.HaEvent;
import io.understudy.ha.Leadership;
import io.understudy.ha.MemberId;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.RosterMember;
import io.understudy.ha.Secret;
import io.understudy.ha.Timing;
import io.understudy.ha.internal.group.GroupSettings;
import io.understudy.ha.internal.group.GroupState;
import io.understudy.ha.internal.group.GroupStep;
import io.understudy.ha.internal.guardian.GuardianMain;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real guardians of this JVM, with nothing to end. */
class GuardianLinkTest {
  @TempDir Path directory;

  private final List<GuardianLink> links = new CopyOnWriteArrayList<>();
  private final List<HaEvent.GuardianChanged> events = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    links.forEach(GuardianLink::close);
    await("no guardian left").until(() -> guardians().isEmpty());
  }

  private static List<ProcessHandle> guardians() {
    return ProcessHandle.current()
        .children()
        .filter(
            child -> child.info().commandLine().orElse("").endsWith(GuardianMain.class.getName()))
        .toList();
  }

  private GuardianLink link(String member, Guardian guardian) throws IOException {
    HaConfig config =
        new HaConfig(
            "test",
            MemberId.of(member),
            List.of(RosterMember.parse(member)),
            InetSocketAddress.createUnresolved("127.0.0.1", 1),
            List.of(),
            Files.createDirectories(directory.resolve(member)),
            Secret.of("correct horse battery staple"),
            Timing.DEFAULT,
            false,
            true,
            List.of(),
            List.of());
    EventBus bus = new EventBus(member);
    bus.subscribe(
        event -> {
          if (event instanceof HaEvent.GuardianChanged changed) {
            events.add(changed);
          }
        });
    GuardianLink link = new GuardianLink(config, guardian, bus, Runnable::run);
    links.add(link);
    return link;
  }

  /** Its parent may have come to no more than the fork. */
  @Test
  @Tag("fault") // ten seconds
  void endsWhenNobodyGreetsIt() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    GuardianClasses classes = new GuardianClasses(directory);
    classes.write();
    Process process =
        new ProcessBuilder(java, "-cp", ".", GuardianMain.class.getName())
            .directory(classes.root().toFile())
            .redirectErrorStream(true)
            .start();
    try {
      assertTrue(process.waitFor(20, TimeUnit.SECONDS));
      assertEquals(70, process.exitValue());
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(said.contains("has not greeted it in 10 s"), said);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Each node of a JVM has one of its own, and leaves nothing behind. */
  @Test
  void runsForEachNodeUntilThatIsClosed() throws IOException {
    GuardianLink one = link("n1", Guardian.alone());
    GuardianLink other = link("n2", Guardian.alone());
    assertFalse(one.warning().isEmpty());
    one.start();
    other.start();
    await().until(() -> one.warning().isEmpty() && other.warning().isEmpty());
    assertEquals(2, guardians().size());

    one.close();

    await().until(() -> guardians().size() == 1);
    assertEquals("", other.warning());
    await().until(() -> leftOvers("n1").isEmpty());
  }

  private List<String> leftOvers(String member) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve(member))) {
      return files.map(f -> f.getFileName().toString()).filter(f -> f.contains("class")).toList();
    }
  }

  @Test
  void replacesOneThatEnded() throws IOException {
    GuardianLink link = link("n1", Guardian.alone());
    link.start();
    await().until(() -> guardians().size() == 1 && link.warning().isEmpty());

    guardians().get(0).destroyForcibly();

    await().until(() -> events.size() == 3 && link.warning().isEmpty());
    assertEquals(
        List.of(true, false, true), events.stream().map(HaEvent.GuardianChanged::running).toList());
    assertTrue(events.get(1).detail().contains("ended with status 137"), events.toString());
  }

  @Test
  void saysWhyItCannotWatch() throws IOException {
    GuardianLink link = link("n1", Guardian.feeding(directory.resolve("no-watchdog")));
    GroupWatch group = link.watch(RoleSpec.named("main").running(group(true)), () -> {});
    GroupWatch inJvm = link.watch(RoleSpec.named("other").running(group(false)), () -> {});
    link.start();

    await().until(() -> link.warning().contains("cannot open the watchdog"));
    assertEquals(link.warning(), group.objection());
    assertEquals("", inJvm.objection());
  }

  private static GroupState idle() {
    return GroupState.stopped(new GroupSettings(List.of("a"), 1, 1, 1, 1, 0, 1), System.nanoTime());
  }

  private static GroupState atWork() {
    return GroupState.unknown(new GroupSettings(List.of("a"), 1, 1, 1, 1, 0, 1), System.nanoTime());
  }

  /** What is at work goes on without a guardian; the same member must not begin once it rests. */
  @Test
  void asksAgainWhenAGroupComesToRestWithoutAGuardian() throws IOException {
    GuardianLink link = link("n1", Guardian.alone());
    AtomicInteger asked = new AtomicInteger();
    GroupWatch group =
        link.watch(RoleSpec.named("main").running(group(true)), asked::incrementAndGet);

    group.changed(atWork(), GroupStep.NEVER);
    assertEquals("", group.objection());
    group.changed(idle(), GroupStep.NEVER);

    assertEquals(link.warning(), group.objection());
    assertEquals(2, asked.get());
  }

  /** A guardian that has not been told of what is at work would not stop it. */
  @Test
  void doesNotCountAsGuardedBeforeTheGuardianWasTold() throws Exception {
    GuardianLink link = link("n1", Guardian.alone());
    GuardedGroup group =
        (GuardedGroup) link.watch(RoleSpec.named("main").running(group(true)), () -> {});
    GuardianProcess.Greeting greeting =
        new GuardianProcess.Greeting("n1", directory, Guardian.alone());
    GuardianProcess untold =
        GuardianProcess.start(new GuardianClasses(directory), greeting, List.of(), told -> {});
    try {
      assertTrue(untold.hasHeardOf(group), "nothing is at work");
      GuardedGroup inJvm =
          (GuardedGroup) link.watch(RoleSpec.named("other").running(group(false)), () -> {});

      group.changed(atWork(), GroupStep.NEVER);
      inJvm.changed(atWork(), System.nanoTime() + TimeUnit.HOURS.toNanos(1));

      assertFalse(untold.hasHeardOf(group));
      assertFalse(untold.hasHeardOf(inJvm));
      inJvm.changed(idle(), GroupStep.NEVER);
      assertFalse(link.guards("main"), "none runs");
    } finally {
      untold.kill();
    }
    link.start();
    await().until(() -> link.guards("main"));
    group.changed(idle(), GroupStep.NEVER);
  }

  /** In the process, too: stopped at once after the start it would work beside the next leader. */
  @Test
  void startsNothingBeforeARunningGuardianKnowsTheDeadline() throws Exception {
    GuardianLink link = link("n1", Guardian.alone());
    GuardedGroup group =
        (GuardedGroup) link.watch(RoleSpec.named("main").running(group(false)), () -> {});
    group.awaitReady(); // none runs: it is a help, not a condition
    link.start();
    await().until(() -> link.warning().isEmpty());
    CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> awaitReady(group));
    assertThrows(TimeoutException.class, () -> waiting.get(300, TimeUnit.MILLISECONDS));

    group.changed(atWork(), System.nanoTime() + TimeUnit.HOURS.toNanos(1));

    waiting.get(5, TimeUnit.SECONDS);
    group.changed(idle(), GroupStep.NEVER);
  }

  /** It will be replaced; meanwhile nothing that ends with the process waits for it. */
  @Test
  void waitsNoLongerThanTheGuardianRuns() throws Exception {
    GuardianLink link = link("n1", Guardian.feeding(directory.resolve("watchdog")));
    GuardedGroup group =
        (GuardedGroup) link.watch(RoleSpec.named("main").running(group(false)), () -> {});
    Path watchdog = Files.createFile(directory.resolve("watchdog"));
    link.start();
    await().until(() -> link.warning().isEmpty());
    CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> awaitReady(group));
    assertThrows(TimeoutException.class, () -> waiting.get(300, TimeUnit.MILLISECONDS));

    Files.delete(watchdog); // none comes after it
    guardians().get(0).destroyForcibly();

    waiting.get(5, TimeUnit.SECONDS);
  }

  private static void awaitReady(GuardedGroup group) {
    try {
      group.awaitReady();
    } catch (IOException | InterruptedException e) {
      throw new CompletionException(e);
    }
  }

  /** The lifting of what it was told before may be under way to it. */
  @Test
  void whatWasSaidOfAnEarlierSpellIsNotEnough() throws IOException {
    GuardianLink link = link("n1", Guardian.alone());
    GuardedGroup group =
        (GuardedGroup) link.watch(RoleSpec.named("main").running(group(false)), () -> {});
    GuardedGroup.News rest = group.news();
    group.changed(atWork(), 5);
    GuardedGroup.News first = group.news();
    group.changed(atWork(), 7);
    GuardedGroup.News longer = group.news();
    group.changed(idle(), GroupStep.NEVER);
    group.changed(atWork(), 9);

    assertFalse(rest.covers(first));
    assertTrue(first.covers(longer));
    assertFalse(first.covers(group.news()));
    group.changed(idle(), GroupStep.NEVER);
    assertFalse(group.news().covers(group.news()));
  }

  /** The guardian of a killed process may still be stopping what that left. */
  @Test
  void waitsForTheEndOfAnEarlierOne() throws IOException {
    GuardianLink earlier = link("n1", Guardian.alone());
    earlier.start();
    await().until(() -> earlier.warning().isEmpty());
    GuardianLink next = link("n1", Guardian.alone());
    next.start();
    await().until(() -> next.warning().contains("earlier process of this member is still at work"));

    earlier.close();

    await().until(() -> next.warning().isEmpty());
  }

  @Test
  void refusesWhatItCouldNotStop() throws IOException {
    GuardianLink link = link("n1", Guardian.alone());
    Resource resource = resource(true);
    RoleSpec role = RoleSpec.named("main").running(ResourceGroup.of("mount", resource));

    Exception refused =
        assertThrows(IllegalArgumentException.class, () -> link.watch(role, () -> {}));

    assertTrue(String.valueOf(refused.getMessage()).contains("resource mount outlives"));
  }

  private static ResourceGroup group(boolean outlives) {
    return outlives
        ? ResourceGroup.of("a", io.understudy.ha.CommandResource.lsb("true"))
        : ResourceGroup.of("a", resource(false));
  }

  private static Resource resource(boolean outlives) {
    return new Resource() {
      @Override
      public void start(Leadership leadership) {}

      @Override
      public void stop() {}

      @Override
      public boolean outlivesProcess() {
        return outlives;
      }
    };
  }

  /** As in a jar within a jar: no class has a file of its own. */
  @Test
  void copiesItsClassesFromWhereverTheyAre() throws Exception {
    Class<?> nested = new Nested().loadClass(GuardianClasses.class.getName());
    Constructor<?> constructor = nested.getDeclaredConstructor(Path.class);
    constructor.setAccessible(true);
    Method write = nested.getDeclaredMethod("write");
    write.setAccessible(true);

    write.invoke(constructor.newInstance(directory));

    Path root;
    try (Stream<Path> written = Files.list(directory)) {
      root = written.findFirst().orElseThrow();
    }
    for (String name : GuardianMain.classes()) {
      String file = "io/understudy/ha/internal/guardian/" + name + ".class";
      assertArrayEquals(Nested.bytes(file), Files.readAllBytes(root.resolve(file)));
    }
  }

  /** Knows our classes as bytes alone. */
  private static final class Nested extends ClassLoader {
    Nested() {
      super(null);
    }

    static byte[] bytes(String file) throws IOException {
      try (InputStream in = GuardianLinkTest.class.getResourceAsStream("/" + file)) {
        return in == null ? new byte[0] : in.readAllBytes();
      }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      try {
        byte[] bytes = bytes(name.replace('.', '/') + ".class");
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      try {
        return new ByteArrayInputStream(bytes(name));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  @Test
  void deadlinesOnAnotherClockComeTooEarlyAndNeverTooLate() {
    assertEquals(0, GuardianProcess.offsetNanos(10, 15, 20));
    assertEquals(0, GuardianProcess.offsetNanos(10, 10, 20));
    assertEquals(980, GuardianProcess.offsetNanos(10, 1_000, 20)); // it is 985 to 990
    assertEquals(-1_020, GuardianProcess.offsetNanos(10, -1_000, 20));
  }
}
