package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaNode;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RoleRegister;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.facts.Maintenance;
import io.understudy.ha.internal.facts.Report;
import io.understudy.ha.internal.facts.ReportPart;
import io.understudy.ha.internal.facts.RoleReport;
import io.understudy.ha.internal.facts.RulesReport;
import io.understudy.ha.internal.facts.Statement;
import io.understudy.ha.internal.placement.MemberFacts.Link;
import io.understudy.ha.internal.placement.RulesDigest;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ReportCodecTest {
  @Property
  void whatWasEncodedIsDecoded(@ForAll long seed) throws IOException {
    Report report = any(new Random(seed));
    List<byte[]> encoded = ReportCodec.encode(report);
    assertEquals(1, encoded.size());
    assertEquals(new ReportPart(0, 1, report), ReportCodec.decode(encoded.get(0)));
  }

  @Property
  void arbitraryBytesAreAPartOrRefused(@ForAll byte[] bytes) {
    decodeOrRefuse(bytes);
  }

  @Property
  void arbitraryBytesAfterAGoodStartAreAPartOrRefused(@ForAll byte[] rest) {
    byte[] bytes = Arrays.copyOf(new byte[] {(byte) (rest.length % 2 + 1), 0, 1}, 3 + rest.length);
    System.arraycopy(rest, 0, bytes, 3, rest.length);
    decodeOrRefuse(bytes);
  }

  @Property(tries = 300)
  void alteredReportsAreAnotherPartOrRefused(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = ReportCodec.encode(any(random)).get(0);
    for (int i = 0; i < 50; i++) {
      byte[] altered = bytes.clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        altered[random.nextInt(altered.length)] = (byte) random.nextInt();
      }
      decodeOrRefuse(altered);
      decodeOrRefuse(Arrays.copyOf(altered, random.nextInt(altered.length)));
    }
  }

  @Property(tries = 100)
  void aMissingOrATrailingByteIsRefused(@ForAll long seed) {
    byte[] bytes = ReportCodec.encode(any(new Random(seed))).get(0);
    assertThrows(
        IOException.class, () -> ReportCodec.decode(Arrays.copyOf(bytes, bytes.length + 1)));
    assertThrows(
        IOException.class, () -> ReportCodec.decode(Arrays.copyOf(bytes, bytes.length - 1)));
  }

  /** Any other exception fails the property. */
  private static void decodeOrRefuse(byte[] bytes) {
    try {
      ReportCodec.decode(bytes);
    } catch (IOException expected) {
      assertTrue(expected.getMessage() == null || !expected.getMessage().isEmpty());
    }
  }

  @Test
  void aLaterVersionIsRefusedByItsNumber() {
    byte[] bytes = ReportCodec.encode(any(new Random(1))).get(0);
    bytes[0] = 3;
    IOException refused = assertThrows(IOException.class, () -> ReportCodec.decode(bytes));
    assertEquals("a report of version 3, known is 2", refused.getMessage());
  }

  /** As version 1 wrote it: role by role without what came with version 2. */
  @Test
  void aReportOfTheFirstVersionIsRead() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(new byte[] {1, 0, 1}); // version, part, parts
    out.writeBoolean(true);
    MaintenanceCodec.write(out, Maintenance.NEVER);
    out.write(new byte[6]); // no targets
    out.writeUTF("ill");
    out.writeShort(1);
    out.writeUTF("main");
    out.writeUTF("broken");
    out.writeLong(7);

    Report read = ReportCodec.decode(bytes.toByteArray()).report();

    Map<String, RoleReport> roles = Map.of("main", new RoleReport("broken", 7));
    assertEquals(new Report(true, Maintenance.NEVER, Link.NONE, "ill", roles), read);
    assertEquals(RulesReport.NONE, read.rules());
  }

  @Test
  void allRolesOfAClusterFitWithTheLongestNamesAndReasons() throws IOException {
    Random random = new Random(1);
    Map<String, RoleReport> roles = new TreeMap<>();
    Map<String, RulesDigest> digests = new TreeMap<>();
    for (int i = 0; i < HaNode.MAX_ROLES; i++) {
      String name = String.format("%04d", i).repeat(16); // nothing is shared with the next one
      roles.put(
          name,
          new RoleReport(
              "\u6f22".repeat(500),
              Long.MAX_VALUE - i,
              RoleReport.ALL_VERSIONS,
              statement(random, RoleRegister.MAX_TOLD_BYTES)));
      digests.put(name, rules(random));
    }
    RulesReport rules = RulesReport.of(digests).lacking(lacks(random, RulesReport.MAX_LACKS));
    Report report =
        new Report(true, Maintenance.NEVER, Link.NONE, "\u6f22".repeat(500), roles, rules);
    List<byte[]> parts = ReportCodec.encode(report);
    assertTrue(parts.size() <= ReportPart.MAX_COUNT, parts.size() + " parts");
    Map<String, RoleReport> read = new TreeMap<>();
    Map<String, RulesDigest> readDigests = new TreeMap<>();
    for (int i = 0; i < parts.size(); i++) {
      assertTrue(parts.get(i).length <= Message.Report.MAX_BYTES);
      ReportPart part = ReportCodec.decode(parts.get(i));
      assertEquals(i, part.index());
      assertEquals(parts.size(), part.count());
      assertEquals(report.unhealthy(), part.report().unhealthy());
      read.putAll(part.report().roles());
      readDigests.putAll(part.report().rules().digests());
      assertEquals(rules, part.report().rules().with(digests));
    }
    assertEquals(digests, readDigests);
    assertEquals(roles.keySet(), read.keySet());
    read.forEach(
        (name, said) -> {
          assertEquals(roles.get(name).stoppedThrough(), said.stoppedThrough());
          assertEquals(roles.get(name).statement(), said.statement());
          assertTrue(said.unfit().endsWith("..."), "what is cut shows it");
          assertEquals(60, said.unfit().length());
        });
  }

  @Test
  void aReasonIsOneLineOfALog() {
    RoleReport said = new RoleReport("disk full\r\nFATAL: forged", 0);
    assertEquals("disk full  FATAL: forged", said.unfit());
  }

  private static Report any(Random random) {
    Map<String, RoleReport> roles = new TreeMap<>();
    for (int left = random.nextInt(5); left > 0; left--) {
      RegisterVersion done = new RegisterVersion(random.nextInt(9), random.nextLong() >>> 1);
      RoleReport said =
          new RoleReport(
              text(random),
              1 + random.nextInt(1_000),
              done,
              statement(random, random.nextInt(RoleRegister.MAX_TOLD_BYTES + 1)));
      roles.put("role-" + random.nextInt(100), said);
    }
    Map<String, RulesDigest> digests = new TreeMap<>();
    for (int left = random.nextInt(5); left > 0; left--) {
      digests.put("role-" + random.nextInt(100), rules(random));
    }
    RulesReport rules =
        new RulesReport(random.nextLong(), lacks(random, random.nextInt(5)), digests);
    int targets = random.nextInt(5);
    Link link = new Link(random.nextInt(targets + 1), targets, random.nextInt(targets + 1));
    Maintenance maintenance =
        random.nextBoolean()
            ? Maintenance.NEVER
            : new Maintenance(1 + random.nextInt(9), "n" + random.nextInt(9), random.nextBoolean());
    return new Report(random.nextBoolean(), maintenance, link, text(random), roles, rules);
  }

  private static Statement statement(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return new Statement(bytes);
  }

  private static List<Long> lacks(Random random, int count) {
    return random.longs(count).boxed().toList();
  }

  private static RulesDigest rules(Random random) {
    int last = RulesDigest.MAX_HASH + 1;
    return new RulesDigest(
        Stream.generate(() -> random.nextInt(last))
            .limit(RulesDigest.Rule.values().length)
            .toList());
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(250); left > 0; left--) {
      text.append((char) random.nextInt(0x10000));
    }
    return text.toString();
  }
}
