package io.understudy.ha.internal.runtime;

import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterVersion;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Up to which version each member is done with what a role's register asks, as they say in their
 * reports. Evidence; permits and votes do not depend on it. Threadsafe.
 */
final class DoneVersions {
  private final MemberId self;
  private final Runnable changed;
  private final Map<MemberId, RegisterVersion> versions = new ConcurrentHashMap<>();

  /**
   * Nobody has said anything.
   *
   * @param self this member
   * @param changed is told on any thread that this member has more to say
   */
  DoneVersions(MemberId self, Runnable changed) {
    this.self = self;
    this.changed = changed;
  }

  /** This member says so; an older version than it said before changes nothing. */
  void say(RegisterVersion version) {
    RegisterVersion now =
        versions.merge(self, version, (said, more) -> more.isNewerThan(said) ? more : said);
    if (now.equals(version)) {
      changed.run();
    }
  }

  RegisterVersion own() {
    return versions.getOrDefault(self, RegisterVersion.NONE);
  }

  /** Another member said so. A later life of it begins with nothing, so this may fall. */
  void heard(MemberId member, RegisterVersion version) {
    if (version.equals(RegisterVersion.NONE)) {
      versions.remove(member);
    } else {
      versions.put(member, version);
    }
  }

  Map<MemberId, RegisterVersion> all() {
    return Map.copyOf(versions);
  }
}
