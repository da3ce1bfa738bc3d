package io.understudy.ha.sim;

import io.understudy.ha.internal.election.Evidence;
import io.understudy.ha.internal.election.Message;
import io.understudy.ha.internal.witness.Rules.Scene;
import io.understudy.ha.internal.witness.Verdict;
import io.understudy.ha.spi.WitnessRow;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The bugs of a database witness that the simulator must find: one for each of its rules. */
enum RowBug {
  OBSERVED_FROM_BEFORE_THE_READ {
    @Override
    long seenAt(long sentNanos, long receivedNanos) {
      return sentNanos;
    }
  },

  OBSERVATION_SURVIVES_THE_CONNECTION {
    @Override
    boolean forgetsAtBreak() {
      return false;
    }
  },

  OBSERVED_FOR_A_LEASE_ONLY {
    @Override
    Scene scene(Scene s) {
      return at(s, s.nowNanos() + s.times().promiseNanos() - s.times().leaseNanos());
    }
  },

  PROMISE_NOT_CHECKED {
    @Override
    Scene scene(Scene s) {
      return asks(s) ? with(s, row -> promised(row, null)) : s;
    }
  },

  REPLACED_WITHOUT_VERSION {
    @Override
    boolean comparesVersion() {
      return false;
    }
  },

  MISSING_ROW_VOTES {
    @Override
    Scene scene(Scene s) {
      return s.row() == null && asks(s) ? withRow(s, blank(s)) : s;
    }
  },

  MISSING_ROW_ACKNOWLEDGES {
    @Override
    Scene scene(Scene s) {
      boolean beats = s.question().envelope().message() instanceof Message.Heartbeat;
      return s.row() == null && beats ? withRow(s, blank(s)) : s;
    }
  },

  ROW_CREATED_WITHOUT_REGISTER {
    @Override
    Verdict verdict(Scene s, Verdict v) {
      return s.row() == null && v.next() != null ? changed(v, holding(v.next(), NOTHING)) : v;
    }
  },

  EPOCH_VOTED_FOR_TWICE {
    @Override
    Scene scene(Scene s) {
      Message message = s.question().envelope().message();
      return message instanceof Message.VoteRequest request
              && s.row() != null
              && request.epoch() == s.row().epoch()
          ? with(s, row -> inEpoch(row, row.epoch() - 1))
          : s;
    }
  },

  LOWER_EPOCH_ACKNOWLEDGED {
    @Override
    Scene scene(Scene s) {
      Message message = s.question().envelope().message();
      return message instanceof Message.Heartbeat beat
              && s.row() != null
              && beat.epoch() < s.row().epoch()
          ? with(s, row -> inEpoch(row, beat.epoch()))
          : s;
    }
  },

  ANYBODY_RESIGNS_FOR_THE_HOLDER {
    @Override
    Verdict verdict(Scene s, Verdict v) {
      boolean resigns = s.question().envelope().message() instanceof Message.Resignation;
      return resigns && v.next() == null && s.row() != null
          ? new Verdict(promised(raised(s.row()), null), null, s.row().life())
          : v;
    }
  },

  EVIDENCE_OF_ANOTHER_LIFE {
    @Override
    Scene scene(Scene s) {
      Message message = s.question().envelope().message();
      List<Evidence> facts =
          message instanceof Message.VoteRequest r
              ? r.evidence()
              : message instanceof Message.Canvass c ? c.evidence() : List.of();
      return with(
          s,
          row ->
              row.promisedTo() != null && facts.stream().anyMatch(f -> isAbout(f, row.promisedTo()))
                  ? promised(row, null)
                  : row);
    }

    private boolean isAbout(Evidence fact, WitnessRow.Holder holder) {
      return fact instanceof Evidence.Died && fact.life().member().value().equals(holder.member());
    }
  },

  REGISTER_NOT_STORED {
    @Override
    Verdict verdict(Scene s, Verdict v) {
      return s.row() != null && v.next() != null
          ? changed(v, holding(v.next(), s.row().register()))
          : v;
    }
  };

  private static final WitnessRow.Register NOTHING = new WitnessRow.Register(0, 0, new byte[0]);

  long seenAt(long sentNanos, long receivedNanos) {
    return receivedNanos;
  }

  boolean forgetsAtBreak() {
    return true;
  }

  boolean comparesVersion() {
    return true;
  }

  Scene scene(Scene scene) {
    return scene;
  }

  Verdict verdict(Scene scene, Verdict verdict) {
    return verdict;
  }

  // ---- changed copies

  private static boolean asks(Scene s) {
    Message message = s.question().envelope().message();
    return message instanceof Message.VoteRequest || message instanceof Message.Canvass;
  }

  private static WitnessRow blank(Scene s) {
    return new WitnessRow(
        s.question().envelope().role(),
        s.newLife(),
        0,
        s.question().roster(),
        0,
        null,
        null,
        NOTHING);
  }

  private static Scene with(Scene s, Function<WitnessRow, WitnessRow> change) {
    return s.row() == null ? s : withRow(s, change.apply(s.row()));
  }

  private static Scene withRow(Scene s, WitnessRow row) {
    return new Scene(
        s.witness(),
        s.times(),
        row,
        s.onlyRow(),
        s.sighting(),
        s.sessions(),
        s.question(),
        s.newLife(),
        s.nowNanos());
  }

  private static Scene at(Scene s, long nowNanos) {
    return new Scene(
        s.witness(),
        s.times(),
        s.row(),
        s.onlyRow(),
        s.sighting(),
        s.sessions(),
        s.question(),
        s.newLife(),
        nowNanos);
  }

  private static WitnessRow inEpoch(WitnessRow r, long epoch) {
    return copy(r, r.version(), epoch, r.promisedTo(), r.register());
  }

  private static WitnessRow promised(WitnessRow r, WitnessRow.@Nullable Holder holder) {
    return copy(r, r.version(), r.epoch(), holder, r.register());
  }

  private static WitnessRow raised(WitnessRow r) {
    return copy(r, r.version() + 1, r.epoch(), r.promisedTo(), r.register());
  }

  private static WitnessRow holding(WitnessRow r, WitnessRow.Register value) {
    return copy(r, r.version(), r.epoch(), r.promisedTo(), value);
  }

  private static WitnessRow copy(
      WitnessRow r,
      long version,
      long epoch,
      WitnessRow.@Nullable Holder promisedTo,
      WitnessRow.Register register) {
    return new WitnessRow(
        r.role(), r.life(), version, r.roster(), epoch, r.votedFor(), promisedTo, register);
  }

  private static Verdict changed(Verdict v, WitnessRow next) {
    return new Verdict(next, v.answer(), v.life());
  }
}
