package io.understudy.ha.internal.jgroups;

import io.understudy.ha.MemberId;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The connections by which other members watch this one: the watched end of {@link Watch}. Used by
 * the {@link Gatekeeper}'s thread alone.
 *
 * <p>An orderly end of such a connection, a FIN, says that this process has died. So this process
 * must never cause one, whatever happens to it: each connection that it closes itself ends with a
 * goodbye and a reset ({@code SO_LINGER} 0), and one that cannot be made to end so is left open.
 * Only the kernel, when it clears up after the process, closes them in good order. Nor may anything
 * be written on them else, and what arrives (see {@link Words}) is read at once: unread data would
 * make the kernel send a reset too.
 */
final class Watchers {
  /** Says that the connection is watched from here on; what ends before it proves nothing. */
  static final int WATCHED = 1;

  /** Says that what follows is the end of a connection, not of a process. */
  static final int GOODBYE = 2;

  /** One is enough; a member that lost its end of one opens another. */
  static final int MAX_PER_MEMBER = 2;

  private static final int MAX_OPEN = 2 * Codec.MAX_ELEMENTS;

  private final Deque<Watcher> open = new ArrayDeque<>();
  private final Consumer<byte[]> listener;

  /** One watched end, registered with the gatekeeper's selector. */
  record Watcher(SocketChannel channel, MemberId member, Words words) {}

  /**
   * Without connections.
   *
   * @param listener is told the sealed messages that arrive; must not block
   */
  Watchers(Consumer<byte[]> listener) {
    this.listener = listener;
  }

  /** Takes a connection over; the oldest of the same member makes room. */
  void take(SelectionKey key, MemberId member) throws IOException {
    Watcher fresh = new Watcher((SocketChannel) key.channel(), member, new Words());
    makeRoomFor(fresh);
    KeepAlive.on(fresh.channel().socket());
    say(fresh.channel(), WATCHED);
    key.attach(fresh); // nothing fails from here on: what was told to be watched is kept
    open.addLast(fresh);
  }

  private void makeRoomFor(Watcher fresh) {
    long sameMember = open.stream().filter(w -> w.member().equals(fresh.member())).count();
    if (sameMember >= MAX_PER_MEMBER) {
      open.stream()
          .filter(w -> w.member().equals(fresh.member()))
          .findFirst()
          .ifPresent(this::close);
    } else if (open.size() >= MAX_OPEN) {
      close(open.getFirst());
    }
  }

  /** Something arrived: a word, the other side's end, or what no member sends. */
  void readable(Watcher watcher) {
    try {
      if (watcher.channel().read(watcher.words().buffer()) >= 0) {
        for (byte[] word = watcher.words().next(); word != null; word = watcher.words().next()) {
          listener.accept(word);
        }
        return;
      }
    } catch (IOException | MalformedMessageException e) {
      // It broke, or no member speaks so.
    }
    close(watcher);
  }

  void closeAll() {
    while (!open.isEmpty()) {
      close(open.getFirst());
    }
  }

  private void close(Watcher watcher) {
    open.remove(watcher);
    closeAlive(watcher.channel());
  }

  /** Closes so that nobody takes it for the end of this process. */
  static void closeAlive(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      return; // closed already, or it must stay open: an orderly end would be a lie
    }
    try {
      say(channel, GOODBYE);
    } catch (IOException e) {
      // The reset that follows says enough.
    }
    try {
      channel.close();
    } catch (IOException e) {
      // Closed as far as it can be.
    }
  }

  private static void say(SocketChannel channel, int word) throws IOException {
    channel.write(ByteBuffer.wrap(new byte[] {(byte) word}));
  }
}
