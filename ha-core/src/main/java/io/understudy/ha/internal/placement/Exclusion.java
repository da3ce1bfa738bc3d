package io.understudy.ha.internal.placement;

import io.understudy.ha.Connectivity.WhenAllLack;
import io.understudy.ha.MemberId;

/** Why a member cannot lead a role, for people who have to do something about it. */
public sealed interface Exclusion {
  /**
   * What is wrong, with numbers; follows on the member's name.
   *
   * @return for example {@code is in standby}
   */
  String what();

  /**
   * What to do about it.
   *
   * @return for example {@code end its standby}; empty if {@link #what()} says it
   */
  String cure();

  /**
   * Whether a leader waits for a while before it acts on it, because it may pass, or show at the
   * others a moment later.
   *
   * @return false if it acts at once
   */
  default boolean mayPass() {
    return false;
  }

  /** Both in one line. */
  default String text() {
    return cure().isEmpty() ? what() : what() + ": " + cure();
  }

  /** Nobody sees it. */
  record Unreachable() implements Exclusion {
    @Override
    public String what() {
      return "is not seen";
    }

    @Override
    public String cure() {
      return "start it, or mend the network to it";
    }
  }

  /** An operator took it out. */
  record Standby() implements Exclusion {
    @Override
    public String what() {
      return "is in standby";
    }

    @Override
    public String cure() {
      return "end its standby to let it lead";
    }
  }

  /**
   * It does not reach enough of the outside.
   *
   * @param link what it reaches
   * @param whenAllLack what the role demands if nobody does
   */
  record Disconnected(MemberFacts.Link link, WhenAllLack whenAllLack) implements Exclusion {
    @Override
    public String what() {
      String others = whenAllLack == WhenAllLack.STAY ? ", which another member reaches" : "";
      return "reaches "
          + link.reached()
          + " of "
          + link.targets()
          + " targets and needs "
          + link.needed()
          + others;
    }

    @Override
    public String cure() {
      return "mend its network or the targets";
    }

    /** What is lost for all shows at one member first. */
    @Override
    public boolean mayPass() {
      return true;
    }
  }

  /**
   * Its application leads nothing.
   *
   * @param reason what the application says
   */
  record Unhealthy(String reason) implements Exclusion {
    @Override
    public String what() {
      return "is not healthy (" + reason + ")";
    }

    @Override
    public String cure() {
      return "mend its application";
    }
  }

  /**
   * It cannot lead this role.
   *
   * @param reason what its resources say
   */
  record Unfit(String reason) implements Exclusion {
    @Override
    public String what() {
      return "is not fit for this role (" + reason + ")";
    }

    /** The reason says it: whether to wait or to reset a fail count differs. */
    @Override
    public String cure() {
      return "";
    }
  }

  /**
   * A role that this one follows is led at another member.
   *
   * @param followed the other role
   * @param leader where it is led
   */
  record Apart(String followed, MemberId leader) implements Exclusion {
    @Override
    public String what() {
      return "must lead this together with role '" + followed + "', which " + leader + " leads";
    }

    @Override
    public String cure() {
      return "hand '" + followed + "' over to move both";
    }
  }

  /**
   * A role that this one follows has no known leader.
   *
   * @param followed the other role
   */
  record Unled(String followed) implements Exclusion {
    @Override
    public String what() {
      return "must lead this together with role '" + followed + "', which nobody is known to lead";
    }

    @Override
    public String cure() {
      return "ask why '" + followed + "' has no leader, and whether every member declares it";
    }

    /** An election passes. */
    @Override
    public boolean mayPass() {
      return true;
    }
  }

  /**
   * A role that this one gives way to is led here.
   *
   * @param other the other role
   */
  record Beside(String other) implements Exclusion {
    @Override
    public String what() {
      return "must not lead this beside role '" + other + "', which it leads";
    }

    @Override
    public String cure() {
      return "hand '" + other + "' over to make room";
    }
  }

  /** It is a leader that the roster does not let lead. */
  record Unlisted() implements Exclusion {
    @Override
    public String what() {
      return "is not among the members of the roster that may lead";
    }

    @Override
    public String cure() {
      return "add it to the roster, or close it";
    }
  }
}
