package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.internal.facts.Maintenance;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** The bytes of a word on maintenance, on disk and in reports. */
final class MaintenanceCodec {
  private MaintenanceCodec() {}

  static byte[] encode(Maintenance word) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    write(new DataOutputStream(bytes), word);
    return bytes.toByteArray();
  }

  /**
   * Reads a word and nothing else.
   *
   * @throws IOException if the bytes are none
   */
  static Maintenance decode(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    Maintenance word = read(in);
    if (in.read() != -1) {
      throw new IOException("something follows the word on maintenance");
    }
    return word;
  }

  static void write(DataOutputStream out, Maintenance word) throws IOException {
    out.writeLong(word.number());
    out.writeUTF(word.by());
    out.writeBoolean(word.on());
  }

  static Maintenance read(DataInputStream in) throws IOException {
    long number = in.readLong();
    String by = in.readUTF();
    boolean on = ReportCodec.bool(in);
    boolean never = number == 0 && by.isEmpty() && !on;
    if (!never && (number < 1 || number > Maintenance.MAX_NUMBER)) {
      throw new IOException("word " + number + " on maintenance");
    }
    if (!never) {
      try {
        MemberId.of(by);
      } catch (IllegalArgumentException e) {
        throw new IOException("a word on maintenance of no member", e);
      }
    }
    return new Maintenance(number, by, on);
  }
}
