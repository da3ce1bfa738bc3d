package io.understudy.ha.internal.jgroups;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.understudy.ha.internal.election.Life;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Seals messages from member to member with AES-256-GCM, whatever carries them.
 *
 * <p>Each life has its own key, derived from the secret, the cluster's name, the member and the
 * incarnation; the nonce is the life's message number. So a nonce never comes twice under one key
 * as long as incarnations are drawn at random. The header (version, sender, number, receiver) is
 * authenticated as associated data: nobody can pass a message off as another life's, send it to
 * another life, or send it twice, because the receiver remembers the numbers of each sending life.
 *
 * <p>Threadsafe.
 */
final class Sealer {
  /** Added to a payload, at most: version, two lives, number, tag. */
  static final int MAX_OVERHEAD = 1 + 2 * (1 + 64 + 8) + 8 + AeadKey.TAG_BYTES;

  private static final int VERSION = 1;
  private static final int MAX_SENDERS = 4096;

  /** Longer than any message can be on its way: then a forgotten life's messages are gone too. */
  private static final Duration MEMORY = Duration.ofHours(6);

  private final ClusterKeys keys;
  private final Life self;
  private final AeadKey ownKey;
  private final AtomicLong number = new AtomicLong();
  private final Cache<Life, Sender> senders =
      Caffeine.newBuilder().maximumSize(MAX_SENDERS).expireAfterAccess(MEMORY).build();

  /**
   * An opened message.
   *
   * @param from the life that sealed it
   * @param addressed whether it was sealed for this life alone, not for anybody in the cluster
   * @param content the content
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  record Opened(Life from, boolean addressed, byte[] content) {}

  private record Header(Life from, long number, @Nullable Life to) {}

  /** What is remembered of a sending life. Guarded by itself. */
  private static final class Sender {
    final AeadKey key;
    final ReplayWindow window = new ReplayWindow();

    Sender(AeadKey key) {
      this.key = key;
    }
  }

  Sealer(ClusterKeys keys, Life self) {
    this.keys = keys;
    this.self = self;
    this.ownKey = new AeadKey(keys.sealingKey(self));
  }

  /**
   * Seals.
   *
   * @param to the life that may open it; null for every member of the cluster
   */
  byte[] seal(@Nullable Life to, byte[] content) {
    long sequence = number.incrementAndGet();
    WireWriter out = new WireWriter().u8(VERSION).i64(sequence);
    Codec.writeLife(out, self);
    out.optional(to, Codec::writeLife);
    byte[] header = out.toBytes();
    synchronized (ownKey) {
      return Primitives.concat(header, ownKey.encrypt(sequence, header, content));
    }
  }

  /**
   * Opens, once.
   *
   * @throws MalformedMessageException if it was not sealed in this cluster, is for another life,
   *     was opened before, or is older than the newest of its sender by more than {@link
   *     ReplayWindow#WIDTH}
   */
  Opened open(byte[] bytes, int offset, int length) throws MalformedMessageException {
    WireReader in = new WireReader(bytes, offset, length);
    Header header = readHeader(in);
    Life to = header.to();
    if (to != null && !to.equals(self)) {
      throw new MalformedMessageException("sealed for another life, " + to);
    }
    byte[] associated = Arrays.copyOfRange(bytes, offset, in.position());
    byte[] content = decrypt(header, associated, bytes, in);
    return new Opened(header.from(), to != null, content);
  }

  private byte[] decrypt(Header header, byte[] associated, byte[] bytes, WireReader in)
      throws MalformedMessageException {
    Sender known = senders.getIfPresent(header.from());
    Sender sender = known != null ? known : new Sender(new AeadKey(keys.sealingKey(header.from())));
    byte[] content;
    synchronized (sender) {
      content =
          sender.key.decrypt(header.number(), associated, bytes, in.position(), in.remaining());
    }
    // Only who knows the secret gets this far, so strangers cannot fill the cache.
    Sender remembered = senders.get(header.from(), life -> sender);
    synchronized (remembered) {
      if (!remembered.window.accept(header.number())) {
        throw new MalformedMessageException(
            "message " + header.number() + " of " + header.from() + " came before, or too late");
      }
    }
    return content;
  }

  private Header readHeader(WireReader in) throws MalformedMessageException {
    int version = in.u8();
    if (version != VERSION) {
      throw new MalformedMessageException("sealed in version " + version);
    }
    long sequence = in.i64();
    Life from = Codec.readLife(in);
    Life to = in.optional(Codec::readLife);
    if (from.equals(self)) {
      throw new MalformedMessageException("this member's own message came back");
    }
    return new Header(from, sequence, to);
  }
}
