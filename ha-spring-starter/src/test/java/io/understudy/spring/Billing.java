package io.understudy.spring;

import io.understudy.ha.Leadership;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** The example of the README, word by word. */
@Component
class Billing {
  private final Ledger ledger;

  Billing(Ledger ledger) {
    this.ledger = ledger;
  }

  @Scheduled(fixedDelayString = "${billing.delay:10s}")
  @LeaderOnly("jobs")
  void bill() {
    Leadership leadership = LeadershipHolder.current().orElseThrow();
    ledger.charge(leadership.epoch());
  }
}
