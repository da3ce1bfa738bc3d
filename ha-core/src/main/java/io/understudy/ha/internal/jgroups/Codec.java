package io.understudy.ha.internal.jgroups;

import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.TimeValues;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * The wire form of what members say to each other, version 1: a version byte, a kind byte, then the
 * fields of that kind in order. No field is optional by omission and nothing may follow the last
 * one, so two different messages never have the same bytes. Every length is bounded.
 */
public final class Codec {
  /** The largest message, in bytes. */
  public static final int MAX_BYTES = 64 * 1024;

  /** The longest list or map. */
  public static final int MAX_ELEMENTS = 1024;

  static final int VERSION = 1;

  private static final int HELLO = 1;

  private Codec() {}

  /**
   * Encodes.
   *
   * @throws IllegalArgumentException if the payload exceeds a bound or holds an id that no reader
   *     accepts
   */
  public static byte[] encode(Payload payload) {
    WireWriter out = new WireWriter();
    if (payload instanceof Hello hello) {
      out.u8(VERSION).u8(HELLO);
      writeHello(out, hello);
    } else {
      ParcelCodec.write(out, (Payload.Parcel) payload);
    }
    return out.toBytes();
  }

  /**
   * Decodes.
   *
   * @throws MalformedMessageException if the bytes are anything but exactly one payload
   */
  public static Payload decode(byte[] bytes) throws MalformedMessageException {
    if (bytes.length > MAX_BYTES) {
      throw new MalformedMessageException(
          bytes.length + " bytes; at most " + MAX_BYTES + " are read");
    }
    WireReader in = new WireReader(bytes, 0, bytes.length);
    int version = in.u8();
    if (version != VERSION) {
      throw new MalformedMessageException("version " + version + "; " + VERSION + " is known");
    }
    int kind = in.u8();
    Payload payload =
        switch (kind) {
          case HELLO -> readHello(in);
          case ParcelCodec.PARCEL -> ParcelCodec.read(in);
          default -> throw new MalformedMessageException("kind " + kind + " is no payload");
        };
    in.expectEnd();
    return payload;
  }

  static void writeLife(WireWriter out, Life life) {
    if (life.incarnation() == Life.ANY) {
      throw new IllegalArgumentException("member " + life.member() + " without incarnation");
    }
    out.member(life.member()).i64(life.incarnation());
  }

  static Life readLife(WireReader in) throws MalformedMessageException {
    Life life = new Life(in.member(), in.i64());
    if (life.incarnation() == Life.ANY) {
      throw new MalformedMessageException("member without incarnation");
    }
    return life;
  }

  private static void writeHello(WireWriter out, Hello hello) {
    writeLife(out, hello.from());
    out.name(hello.cluster());
    TimeValues times = hello.times();
    out.i64(times.leaseNanos()).i64(times.heartbeatNanos()).f64(times.rho());
    out.counted(hello.listen().getAddress().getAddress(), 16).u16(hello.listen().getPort());
    Hello.Presence presence = hello.presence();
    out.i64(presence.rosterVersion()).i64(presence.rosterHash()).bool(presence.standby());
    out.bool(hello.leaving());
  }

  private static Hello readHello(WireReader in) throws MalformedMessageException {
    return new Hello(
        readLife(in),
        in.name(),
        new TimeValues(in.i64(), in.i64(), in.f64()),
        new InetSocketAddress(readAddress(in), in.u16()),
        new Hello.Presence(in.i64(), in.i64(), in.bool()),
        in.bool());
  }

  private static InetAddress readAddress(WireReader in) throws MalformedMessageException {
    byte[] address = in.counted(16);
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new MalformedMessageException("an address of " + address.length + " bytes");
    }
  }
}
