package io.understudy.jdbc.internal.routing;

import io.understudy.jdbc.SwitchoverResult;
import io.understudy.jdbc.SwitchoverResult.Outcome;
import io.understudy.jdbc.SwitchoverResult.Step;
import io.understudy.jdbc.SwitchoverResult.StepTime;
import io.understudy.jdbc.internal.routing.Word.Progress;
import io.understudy.jdbc.internal.routing.Word.Refusal;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The bytes of a {@link Word}: sections of a tag, a length and as many bytes. A section that is not
 * known is skipped, so a later version may say more. Texts are cut to what fits; what is needed to
 * decide is never cut.
 */
public final class WordCodec {
  private static final byte SIGHTS = 'S';
  private static final byte ORDER = 'O';
  private static final byte REFUSAL = 'N';
  private static final byte PROGRESS = 'P';

  /** Sights decide whether a master is gone, so they have room of their own. */
  private static final int MOST_SIGHT_BYTES = 64;

  private static final int MOST_NAME_BYTES = 40;
  private static final int MOST_REASON_BYTES = 120;
  private static final int MOST_STEPS = 16;
  private static final int MILLIS_BITS = 24;
  private static final int MOST_MILLIS = (1 << MILLIS_BITS) - 1;

  /** By their number in a statement. */
  private static final List<Outcome> OUTCOMES =
      List.of(
          Outcome.UNDER_WAY,
          Outcome.SWITCHED,
          Outcome.ROLLED_BACK,
          Outcome.OVERTAKEN,
          Outcome.LEFT_TO_SUCCESSOR);

  /** By their number in a statement. */
  private static final List<Step> STEPS =
      List.of(
          Step.HELD,
          Step.DRAINED,
          Step.WITHDRAWN,
          Step.SETTLED,
          Step.FENCED,
          Step.CAUGHT_UP,
          Step.OPENED,
          Step.RELEASED);

  private WordCodec() {}

  // ---- writing

  /**
   * Writes a statement.
   *
   * @param word what to say
   * @param maxBytes how long it may be, 128 to 255
   * @return the bytes; none if nothing is said
   */
  public static byte[] encode(Word word, int maxBytes) {
    ByteBuffer out = ByteBuffer.allocate(maxBytes);
    section(out, SIGHTS, SightCodec.encode(word.sights(), MOST_SIGHT_BYTES));
    word.order().ifPresent(it -> section(out, ORDER, order(it)));
    word.refusal().ifPresent(it -> section(out, REFUSAL, refusal(it, room(out))));
    word.progress().ifPresent(it -> section(out, PROGRESS, progress(it, room(out))));
    return Arrays.copyOf(out.array(), out.position());
  }

  private static int room(ByteBuffer out) {
    return Math.max(0, out.remaining() - 2);
  }

  private static void section(ByteBuffer out, byte tag, byte[] content) {
    if (content.length > 0 && content.length <= room(out)) {
      out.put(tag).put((byte) content.length).put(content);
    }
  }

  private static byte[] order(SwitchOrder order) {
    ByteBuffer out = ByteBuffer.allocate(2 * Long.BYTES + 1 + MOST_NAME_BYTES);
    out.putLong(order.id()).putLong(order.epoch());
    text(out, order.to(), MOST_NAME_BYTES);
    return Arrays.copyOf(out.array(), out.position());
  }

  private static byte[] refusal(Refusal refusal, int room) {
    ByteBuffer out = ByteBuffer.allocate(Long.BYTES + 1 + MOST_REASON_BYTES);
    out.putLong(refusal.order());
    text(out, refusal.why(), Math.min(MOST_REASON_BYTES, room - out.position() - 1));
    return Arrays.copyOf(out.array(), out.position());
  }

  private static byte[] progress(Progress progress, int room) {
    SwitchoverResult result = progress.result();
    List<StepTime> steps = fewer(result.steps());
    ByteBuffer out = ByteBuffer.allocate(4 * MOST_NAME_BYTES + 4 * MOST_STEPS + 255);
    out.putLong(progress.order()).put((byte) OUTCOMES.indexOf(result.outcome()));
    out.putLong(result.generation());
    text(out, result.from(), MOST_NAME_BYTES);
    text(out, result.to(), MOST_NAME_BYTES);
    out.put((byte) steps.size());
    for (StepTime step : steps) {
      int millis = (int) Math.min(step.after().toMillis(), MOST_MILLIS);
      out.putInt(STEPS.indexOf(step.step()) << MILLIS_BITS | millis);
    }
    text(out, result.reason(), Math.min(255, room - out.position() - 1));
    return Arrays.copyOf(out.array(), out.position());
  }

  /** One that tries again and again has many: its beginning and its end tell most. */
  private static List<StepTime> fewer(List<StepTime> steps) {
    if (steps.size() <= MOST_STEPS) {
      return steps;
    }
    List<StepTime> some = new ArrayList<>(steps.subList(0, MOST_STEPS / 2));
    some.addAll(steps.subList(steps.size() - MOST_STEPS / 2, steps.size()));
    return some;
  }

  /** Cut between characters, never within one. */
  private static void text(ByteBuffer out, String text, int maxBytes) {
    int end = text.length();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    while (bytes.length > Math.max(0, maxBytes)) {
      end = text.offsetByCodePoints(end, -1);
      bytes = text.substring(0, end).getBytes(StandardCharsets.UTF_8);
    }
    out.put((byte) bytes.length).put(bytes);
  }

  // ---- reading

  /**
   * Reads a statement. It believes nothing: what is not understood is not said.
   *
   * @param bytes what a member told
   * @param masters the names that are known here
   * @param member who told it
   * @return what it says
   */
  public static Word decode(byte[] bytes, Collection<String> masters, String member) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Map<String, Sight> sights = Map.of();
    Optional<SwitchOrder> order = Optional.empty();
    Optional<Refusal> refusal = Optional.empty();
    Optional<Progress> progress = Optional.empty();
    while (in.remaining() >= 2) {
      byte tag = in.get();
      byte[] content = new byte[Math.min(in.get() & 0xFF, in.remaining())];
      in.get(content);
      switch (tag) {
        case SIGHTS -> sights = SightCodec.decode(content, masters);
        case ORDER -> order = read(content, WordCodec::readOrder);
        case REFUSAL -> refusal = read(content, WordCodec::readRefusal);
        case PROGRESS -> progress = read(content, it -> readProgress(it, member));
        default -> {} // of a later version
      }
    }
    return new Word(sights, order, refusal, progress);
  }

  /** How a section is read. */
  private interface Reader<T> {
    T from(ByteBuffer in);
  }

  private static <T> Optional<T> read(byte[] content, Reader<T> reader) {
    try {
      return Optional.of(reader.from(ByteBuffer.wrap(content)));
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private static SwitchOrder readOrder(ByteBuffer in) {
    return new SwitchOrder(in.getLong(), in.getLong(), readText(in));
  }

  private static Refusal readRefusal(ByteBuffer in) {
    return new Refusal(in.getLong(), readText(in));
  }

  private static Progress readProgress(ByteBuffer in, String member) {
    long order = in.getLong();
    Outcome outcome = OUTCOMES.get(in.get());
    long generation = in.getLong();
    String from = readText(in);
    String to = readText(in);
    List<StepTime> steps = new ArrayList<>();
    for (int left = in.get(); left > 0; left--) {
      int packed = in.getInt();
      Duration after = Duration.ofMillis(packed & MOST_MILLIS);
      steps.add(new StepTime(STEPS.get(packed >>> MILLIS_BITS), after));
    }
    String reason = readText(in);
    return new Progress(
        order, new SwitchoverResult(from, to, outcome, reason, generation, steps, member));
  }

  private static String readText(ByteBuffer in) {
    byte[] bytes = new byte[in.get() & 0xFF];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
