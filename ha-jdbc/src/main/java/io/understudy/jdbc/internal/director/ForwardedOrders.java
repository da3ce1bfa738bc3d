package io.understudy.jdbc.internal.director;

import io.understudy.ha.MemberId;
import io.understudy.ha.Told;
import io.understudy.jdbc.HaDataSourceConfig;
import io.understudy.jdbc.HaDataSourceConfig.Master;
import io.understudy.jdbc.internal.routing.SwitchOrder;
import io.understudy.jdbc.internal.routing.Word.Refusal;
import io.understudy.jdbc.internal.routing.WordCodec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The orders that other members send to this director. Each is taken up once: a member repeats its
 * order until it has an answer, and one that was meant for an earlier leadership is none of this
 * one's. Threadsafe.
 */
final class ForwardedOrders {
  /** So that they cannot fill the memory; each takes tens of milliseconds at least. */
  private static final int MOST = 10_000;

  private final List<String> masters;
  private final MemberId self;
  private final Duration fresh;
  private final long epoch;
  private final Bulletin bulletin;
  private final Consumer<SwitchOrder> desk;
  private final Set<Long> taken = new HashSet<>(); // guarded by this

  /**
   * Nothing is taken up before {@link #look}.
   *
   * @param epoch of this leadership
   * @param bulletin where refusals are told
   * @param desk takes an order up
   */
  ForwardedOrders(
      HaDataSourceConfig config, long epoch, Bulletin bulletin, Consumer<SwitchOrder> desk) {
    this.masters = config.masters().stream().map(Master::name).toList();
    this.self = config.node().member();
    this.fresh = config.node().timing().lease();
    this.epoch = epoch;
    this.bulletin = bulletin;
    this.desk = desk;
  }

  /** Somebody may have told an order, or taken one back. */
  synchronized void look(Map<MemberId, Told> told) {
    Set<Long> standing = new HashSet<>();
    told.forEach(
        (member, word) -> {
          if (!member.equals(self) && word.age().compareTo(fresh) < 0) {
            WordCodec.decode(word.bytes(), masters, member.value())
                .order()
                .filter(order -> order.epoch() == epoch)
                .ifPresent(
                    order -> {
                      standing.add(order.id());
                      take(order);
                    });
          }
        });
    bulletin.forgetRefusalsBut(standing);
  }

  private void take(SwitchOrder order) {
    if (taken.contains(order.id())) {
      return;
    }
    if (taken.size() < MOST) {
      taken.add(order.id());
      desk.accept(order);
    } else {
      bulletin.refuse(
          new Refusal(order.id(), "this leadership has had " + MOST + " orders: hand the role on"));
    }
  }
}
