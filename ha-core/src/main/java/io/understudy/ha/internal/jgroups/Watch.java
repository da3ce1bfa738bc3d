package io.understudy.ha.internal.jgroups;

import io.understudy.ha.internal.election.Life;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the process at one address: keeps a quiet connection to it, and when that ends finds out
 * whether the process has died.
 *
 * <p>A process has died if the connection ended in good order (a FIN: the kernel clearing up after
 * it), without the goodbye that it says while it lives (see {@link Watchers}), <em>and</em> the
 * next connection to the very same address and port is refused. Everything else proves nothing: a
 * reset, a time-out, an error of the network, silence; a refusal without the end before it; an end
 * after which somebody still answers there.
 *
 * <ul>
 *   <li>A stopped process, a frozen or lost machine, a cut cable send nothing.
 *   <li>A firewall that rejects sends resets or ICMP errors; it refuses new connections and cannot
 *       end a running one in good order.
 *   <li>A kernel closes the sockets of a dead process one after the other, so the refusal is asked
 *       for a few times; an answer, whoever gives it, ends the matter without proof.
 *   <li>Not covered: what stands between the members and ends connections of its own accord, such
 *       as a TCP proxy, and an attacker on the path who forges both halves.
 * </ul>
 *
 * <p>Sources: RFC 9293 (TCP), sections 3.6 and 3.5.2; socket(7) on {@code SO_LINGER}.
 */
final class Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  /**
   * Short: the kernel gives up a connection of itself after three seconds at the soonest, so within
   * this time "could not connect" means refused. The text of the exception would say it too, in the
   * language of the machine.
   */
  private static final int CONNECT_MILLIS = 500;

  /** The pauses before each attempt to connect anew; the last one repeats. */
  private static final long[] PROBE_MILLIS = {0, 5, 10, 25, 60, 150, 250};

  private static final long FIRST_BACKOFF_MILLIS = 100;
  private static final long LAST_BACKOFF_MILLIS = 5000;
  private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final InetSocketAddress address;
  private final LiveSockets live;
  private final long proofNanos;
  private final Undertaker undertaker;
  private final Thread thread;
  private final Object lock = new Object();
  private long backoffMillis = FIRST_BACKOFF_MILLIS;
  private boolean woken;
  private int saidBytes;
  private long saidNanos;
  private volatile boolean closed;
  private volatile @Nullable Socket socket;
  private volatile @Nullable Life watched;

  /** Is told of deaths, on a watch's thread; must not block or throw. */
  interface Undertaker {
    /**
     * A process has died.
     *
     * @param life the life that the process was
     * @param tookNanos from the end of the connection to the refusal
     */
    void died(Life life, long tookNanos);
  }

  /** A connection after the handshake. */
  private record Line(Socket socket, Handshake.Session session) {}

  /** How a quiet connection ended. */
  private enum End {
    /** In good order and without a word. */
    BARE,
    /** In any other way. */
    EXPLAINED
  }

  /**
   * Prepares.
   *
   * @param proofNanos how long after the end of a connection a refusal still counts
   */
  Watch(InetSocketAddress address, LiveSockets live, long proofNanos, Undertaker undertaker) {
    this.address = address;
    this.live = live;
    this.proofNanos = proofNanos;
    this.undertaker = undertaker;
    this.thread = new Thread(this::run, "understudy-watch-" + live.self().member() + "-" + address);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** The life that is watched now, or null. */
  @Nullable Life watched() {
    return watched;
  }

  /** Somebody was heard there: connects now, if there is no connection. */
  void wake() {
    synchronized (lock) {
      woken = true;
      lock.notifyAll();
    }
  }

  /**
   * Says something to the process that is watched, best effort. Does not block: all that may be
   * said on one connection fits into the kernel's buffer.
   */
  void say(byte[] sealed) {
    byte[] frame = Words.frame(sealed);
    Socket quiet = socket;
    if (frame == null || quiet == null || watched == null) {
      return;
    }
    synchronized (lock) {
      if (saidBytes + frame.length > Words.BUDGET_BYTES) {
        return;
      }
      saidBytes += frame.length;
      saidNanos = System.nanoTime();
      try {
        quiet.getOutputStream().write(frame);
      } catch (IOException e) {
        LOG.debug("{} - could not say it to {}: {}", live.self().member(), address, e.toString());
      }
    }
  }

  /**
   * Begins a new connection some time after something was said on the old one: it is used up, and
   * if the word was never acknowledged, the kernel would not notice its end for minutes.
   */
  void renew(long nowNanos) {
    synchronized (lock) {
      if (saidBytes > 0 && nowNanos - saidNanos > proofNanos) {
        saidBytes = 0;
        closeQuietly(socket);
      }
    }
  }

  /** Ends it; what is under way is not told any more. */
  void close() {
    closed = true;
    closeQuietly(socket);
    wake();
  }

  private void run() {
    @Nullable Line next = null;
    while (!closed) {
      try {
        Line line = next == null ? call() : next;
        next = null;
        next = watch(line);
      } catch (HandshakeException e) {
        if (e.reason() == HandshakeException.Reason.SELF) {
          return;
        }
        LOG.debug("{} - does not watch {}: {}", live.self().member(), address, e.getMessage());
      } catch (IOException | RuntimeException e) { // the next attempt is the answer to all of them
        LOG.debug("{} - does not watch {}: {}", live.self().member(), address, e.toString());
      } finally {
        if (next == null) {
          closeQuietly(socket);
        }
      }
      if (next == null) {
        backOff();
      }
    }
    closeQuietly(socket);
  }

  private Line call() throws IOException {
    Socket connected = connect();
    return new Line(connected, new Greeting(connected, live, Handshake.Purpose.WATCH).exchange());
  }

  private Socket connect() throws IOException {
    Socket fresh = new Socket();
    socket = fresh;
    if (closed) {
      closeQuietly(fresh);
    }
    fresh.connect(address, CONNECT_MILLIS);
    return fresh;
  }

  /**
   * Waits for the end, and looks into it.
   *
   * @return the connection that came about instead of a refusal, or null
   */
  private @Nullable Line watch(Line line) throws IOException {
    Life life = line.session().peer();
    Handshake.checkPeer(live.self(), life);
    KeepAlive.on(line.socket());
    line.socket().setSoTimeout(Greeting.LIMIT_MILLIS);
    InputStream in = line.socket().getInputStream();
    if (in.read() != Watchers.WATCHED) {
      return null;
    }
    line.socket().setSoTimeout(0);
    long sinceNanos = System.nanoTime();
    LOG.debug("{} - watches {} at {}", live.self().member(), life, address);
    End end = awaitEnd(in, life);
    long endNanos = System.nanoTime();
    if (endNanos - sinceNanos > STEADY_NANOS) {
      backoffMillis = FIRST_BACKOFF_MILLIS;
    }
    closeQuietly(line.socket());
    return end == End.BARE ? inquire(life, endNanos) : null;
  }

  private End awaitEnd(InputStream in, Life life) throws IOException {
    synchronized (lock) {
      saidBytes = 0;
    }
    watched = life;
    try {
      return in.read() < 0 && !closed ? End.BARE : End.EXPLAINED;
    } finally {
      watched = null;
    }
  }

  /** The first half is there; asks for the second. */
  private @Nullable Line inquire(Life life, long endNanos) throws IOException {
    for (int attempt = 0; !closed && System.nanoTime() - endNanos < proofNanos; attempt++) {
      pause(PROBE_MILLIS[Math.min(attempt, PROBE_MILLIS.length - 1)]);
      long askedNanos = System.nanoTime();
      Socket connected;
      try {
        connected = connect();
      } catch (IOException e) {
        if (isRefusal(e, System.nanoTime() - askedNanos) && !closed) {
          undertaker.died(life, System.nanoTime() - endNanos);
          return null;
        }
        continue;
      }
      Line answered = answer(connected);
      if (answered != null) {
        LOG.info(
            "{} - the quiet connection with {} ended, but {} answers at {}: no proof of death",
            live.self().member(),
            life,
            answered.session().peer(),
            address);
        return answered;
      }
    }
    return null;
  }

  /**
   * What comes of a connection that was not refused. Reset before a word was said, it had never
   * reached the process: it waited to be accepted when the kernel came to the listening socket.
   *
   * @return null if it was so; anything else but an answer is an exception, and the end of the
   *     matter
   */
  private @Nullable Line answer(Socket connected) throws IOException {
    Greeting greeting = new Greeting(connected, live, Handshake.Purpose.WATCH);
    try {
      return new Line(connected, greeting.exchange());
    } catch (HandshakeException e) {
      throw e;
    } catch (SocketException e) {
      closeQuietly(connected);
      if (greeting.heard()) {
        throw e;
      }
      return null;
    }
  }

  /** Whether a connection was refused, and not merely impossible. */
  private static boolean isRefusal(IOException failure, long tookNanos) {
    return failure.getClass() == ConnectException.class
        && tookNanos < TimeUnit.MILLISECONDS.toNanos(2 * CONNECT_MILLIS);
  }

  private void backOff() {
    long spread = ThreadLocalRandom.current().nextLong(backoffMillis / 2 + 1);
    boolean heard = pause(backoffMillis * 3 / 4 + spread);
    backoffMillis = heard ? FIRST_BACKOFF_MILLIS : Math.min(2 * backoffMillis, LAST_BACKOFF_MILLIS);
  }

  /**
   * Waits.
   *
   * @return whether it was woken
   */
  private boolean pause(long millis) {
    long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    synchronized (lock) {
      try {
        for (long left = millis; left > 0 && !woken && !closed; ) {
          lock.wait(left);
          left = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
        }
      } catch (InterruptedException e) {
        LOG.debug("{} - interrupted; only close() ends a watch", live.self().member());
      }
      boolean heard = woken;
      woken = false;
      return heard;
    }
  }

  private static void closeQuietly(@Nullable Socket open) {
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      // Closed as far as it can be.
    }
  }
}
