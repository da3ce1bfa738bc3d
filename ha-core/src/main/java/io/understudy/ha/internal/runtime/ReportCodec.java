package io.understudy.ha.internal.runtime;

import io.understudy.ha.HaNode;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.facts.Maintenance;
import io.understudy.ha.internal.facts.Report;
import io.understudy.ha.internal.facts.ReportPart;
import io.understudy.ha.internal.facts.RoleReport;
import io.understudy.ha.internal.facts.RulesReport;
import io.understudy.ha.internal.facts.Statement;
import io.understudy.ha.internal.placement.MemberFacts;
import io.understudy.ha.internal.placement.RulesDigest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The bytes of a {@link Report}: version, part, then everything but the roles in each part, then
 * some of the roles, each with the digest of its rules if that is said. All 1023 roles that a
 * cluster can have fit, with names of 64 characters: into several parts, and with shorter reasons
 * if there are many. Reading believes nothing: whatever the bytes are, they are a part or an {@link
 * IOException}.
 */
final class ReportCodec {
  private static final int VERSION = 2;

  /** Says nothing of rules, nor up to what a member is done, nor what its users say. */
  private static final int WITHOUT_RULES = 1;

  private static final int MANY_ROLES = 64;
  private static final int SHORT_REASON = 60;
  private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

  private ReportCodec() {}

  // ---- writing

  /** The contents of as many messages as the report needs; one, as a rule. */
  static List<byte[]> encode(Report report) {
    try {
      List<List<byte[]>> parts = distribute(report);
      List<byte[]> encoded = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION);
        out.writeByte(i);
        out.writeByte(parts.size());
        bytes.writeBytes(head(report));
        out.writeShort(parts.get(i).size());
        parts.get(i).forEach(bytes::writeBytes);
        encoded.add(bytes.toByteArray());
      }
      return encoded;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  private static byte[] head(Report report) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeBoolean(report.standby());
    MaintenanceCodec.write(out, report.maintenance());
    out.writeShort(report.link().reached());
    out.writeShort(report.link().targets());
    out.writeShort(report.link().needed());
    out.writeUTF(report.unhealthy());
    out.writeLong(report.rules().hash());
    out.writeByte(report.rules().lacks().size());
    for (long lacked : report.rules().lacks()) {
      out.writeLong(lacked);
    }
    return bytes.toByteArray();
  }

  /** The roles of each part; the first part is there without roles, too. */
  private static List<List<byte[]>> distribute(Report report) throws IOException {
    int room = Message.Report.MAX_BYTES - head(report).length - 5;
    int reason = report.roles().size() > MANY_ROLES ? SHORT_REASON : RoleReport.MAX_REASON;
    Map<String, RulesDigest> digests = report.rules().digests();
    Set<String> names = new TreeSet<>(report.roles().keySet());
    names.addAll(digests.keySet());
    List<List<byte[]>> parts = new ArrayList<>();
    parts.add(new ArrayList<>());
    int used = 0;
    for (String name : names) {
      RoleReport said = report.roles().getOrDefault(name, RoleReport.NOTHING).cutTo(reason);
      byte[] role = role(name, said, digests.getOrDefault(name, RulesDigest.NONE));
      if (used + role.length > room) {
        parts.add(new ArrayList<>());
        used = 0;
      }
      parts.get(parts.size() - 1).add(role);
      used += role.length;
    }
    return parts;
  }

  private static byte[] role(String name, RoleReport said, RulesDigest digest) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeUTF(name);
    out.writeUTF(said.unfit());
    out.writeLong(said.stoppedThrough());
    out.writeByte(digest.hashes().size());
    for (int hash : digest.hashes()) {
      out.writeShort(hash);
    }
    out.writeLong(said.done().epoch());
    out.writeLong(said.done().seq());
    byte[] statement = said.statement().bytes();
    out.writeByte(statement.length);
    out.write(statement);
    return bytes.toByteArray();
  }

  // ---- reading

  /**
   * Reads one part.
   *
   * @throws IOException if the bytes are none, or of a version that is not known here
   */
  static ReportPart decode(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    int version = in.readUnsignedByte();
    if (version != VERSION && version != WITHOUT_RULES) {
      throw new IOException("a report of version " + version + ", known is " + VERSION);
    }
    try {
      int index = in.readUnsignedByte();
      ReportPart part = new ReportPart(index, in.readUnsignedByte(), report(in, version));
      if (in.read() != -1) {
        throw new IOException("something follows the report");
      }
      return part;
    } catch (IllegalArgumentException e) {
      throw new IOException("a report that cannot be", e);
    }
  }

  private static Report report(DataInputStream in, int version) throws IOException {
    boolean standby = bool(in);
    Maintenance maintenance = MaintenanceCodec.read(in);
    MemberFacts.Link link =
        new MemberFacts.Link(
            in.readUnsignedShort(), in.readUnsignedShort(), in.readUnsignedShort());
    if (link.reached() > link.targets() || link.needed() > link.targets()) {
      throw new IOException("reaches " + link);
    }
    String unhealthy = in.readUTF();
    RulesReport rules = version == WITHOUT_RULES ? RulesReport.NONE : rules(in);
    Map<String, RoleReport> roles = new TreeMap<>();
    Map<String, RulesDigest> digests = new TreeMap<>();
    readRoles(in, version, roles, digests);
    return new Report(standby, maintenance, link, unhealthy, roles, rules.with(digests));
  }

  private static RulesReport rules(DataInputStream in) throws IOException {
    long hash = in.readLong();
    List<Long> lacks = new ArrayList<>();
    for (int left = in.readUnsignedByte(); left > 0; left--) {
      lacks.add(in.readLong());
    }
    return new RulesReport(hash, lacks, Map.of());
  }

  private static void readRoles(
      DataInputStream in,
      int version,
      Map<String, RoleReport> roles,
      Map<String, RulesDigest> digests)
      throws IOException {
    int count = in.readUnsignedShort();
    if (count > HaNode.MAX_ROLES) {
      throw new IOException(count + " roles where at most " + HaNode.MAX_ROLES + " can be");
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < count; i++) {
      String name = in.readUTF();
      if (!ROLE.matcher(name).matches() || !names.add(name)) {
        throw new IOException("a bad role, or one that is named twice");
      }
      String unfit = in.readUTF();
      long stoppedThrough = in.readLong();
      RulesDigest digest = version == WITHOUT_RULES ? RulesDigest.NONE : digest(in);
      RegisterVersion done = version == WITHOUT_RULES ? RegisterVersion.NONE : version(in);
      Statement statement = version == WITHOUT_RULES ? Statement.NONE : statement(in);
      RoleReport said = new RoleReport(unfit, stoppedThrough, done, statement);
      if (!digest.equals(RulesDigest.NONE)) {
        digests.put(name, digest);
      }
      if (digest.equals(RulesDigest.NONE) || !said.equals(RoleReport.NOTHING)) {
        roles.put(name, said);
      }
    }
  }

  private static RulesDigest digest(DataInputStream in) throws IOException {
    List<Integer> hashes = new ArrayList<>();
    for (int left = in.readUnsignedByte(); left > 0; left--) {
      hashes.add(in.readUnsignedShort());
    }
    return new RulesDigest(hashes);
  }

  private static RegisterVersion version(DataInputStream in) throws IOException {
    return new RegisterVersion(in.readLong(), in.readLong());
  }

  private static Statement statement(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readUnsignedByte()];
    in.readFully(bytes);
    return new Statement(bytes); // refuses what is too long
  }

  /** What {@link DataOutputStream#writeBoolean} writes, and nothing else. */
  static boolean bool(DataInputStream in) throws IOException {
    int value = in.readUnsignedByte();
    if (value > 1) {
      throw new IOException("truth value " + value);
    }
    return value == 1;
  }
}
