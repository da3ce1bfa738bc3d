package io.understudy.ha.internal.jgroups;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection that has yet to prove that a member made it. Used by the {@link Gatekeeper}'s
 * thread.
 */
final class PendingConnection {
  private final SocketChannel channel;
  private final InetSocketAddress peer;
  private final ServerHandshake handshake;
  private final long sinceNanos = System.nanoTime();
  private ByteBuffer incoming = ByteBuffer.allocate(Handshake.HELLO_BYTES);
  private boolean answered;
  private Handshake.@Nullable Session session;

  PendingConnection(SocketChannel channel, ServerHandshake handshake) throws IOException {
    this.channel = channel;
    this.handshake = handshake;
    this.peer = (InetSocketAddress) channel.getRemoteAddress();
  }

  long sinceNanos() {
    return sinceNanos;
  }

  InetSocketAddress peer() {
    return peer;
  }

  InetAddress source() {
    return peer.getAddress();
  }

  /**
   * Reads what is there.
   *
   * @return whether the handshake is complete
   */
  boolean advance() throws IOException {
    while (true) {
      int count = channel.read(incoming);
      if (count < 0) {
        throw new EOFException();
      }
      if (!answered && !ServerHandshake.mayBeHello(incoming.array(), incoming.position())) {
        throw new HandshakeException(
            HandshakeException.Reason.NO_MEMBER, "it does not speak this protocol");
      }
      if (incoming.hasRemaining()) {
        return false;
      }
      if (answered) {
        session = handshake.accept(incoming.array());
        return true;
      }
      answer();
    }
  }

  private void answer() throws IOException {
    ByteBuffer answer = ByteBuffer.wrap(handshake.answer(incoming.array()));
    if (channel.write(answer) < Handshake.ANSWER_BYTES) {
      throw new IOException(
          "an empty send buffer took less than " + Handshake.ANSWER_BYTES + " bytes");
    }
    answered = true;
    incoming = ByteBuffer.allocate(Handshake.FINISH_BYTES);
  }

  Handshake.Session session() {
    Handshake.Session complete = session;
    if (complete == null) {
      throw new IllegalStateException("the handshake is not complete");
    }
    return complete;
  }

  /** Best effort: the connection is closed next. */
  void say(byte[] lastWords) {
    try {
      channel.write(ByteBuffer.wrap(lastWords));
    } catch (IOException e) {
      // It did not want to hear them.
    }
  }

  SocketChannel channel() {
    return channel;
  }

  SelectionKey key(Selector selector) {
    return Objects.requireNonNull(channel.keyFor(selector));
  }

  /** Gives the socket away, out of the selector's hands and blocking. */
  Socket release(Selector selector) throws IOException {
    SelectionKey key = channel.keyFor(selector);
    if (key != null) {
      key.cancel();
    }
    channel.configureBlocking(true);
    return channel.socket();
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Closed as far as it can be.
    }
  }
}
