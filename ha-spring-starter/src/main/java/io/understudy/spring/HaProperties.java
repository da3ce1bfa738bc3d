package io.understudy.spring;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What {@code ha.*} says of this member. Its values are checked by the node, all at once, when it
 * starts.
 *
 * @param enabled Whether this application is a member of a cluster. Without one, methods that are
 *     for a leader alone never run.
 * @param cluster Name of the cluster. Members of other clusters are strangers, even with the same
 *     secret.
 * @param member Name of this member. Stable across restarts and unique in the cluster.
 * @param roster Members that vote, this one included. A witness, which never leads, is written
 *     name:witness.
 * @param bind Where this member listens for the others, as host:port.
 * @param peers Where all members listen, this one included, each as host:port.
 * @param state Directory of this member's durable state, on a local disk.
 * @param secret Secret that all members share, at least 16 characters.
 * @param secretFile File with the secret that all members share.
 * @param lease How long a leader may act on one acknowledged round. Same on all members.
 * @param witness Whether this member votes and never leads. Must agree with the roster.
 * @param crashProof Whether a crashed member may be proved dead by the end of its connections,
 *     which replaces it in milliseconds. Switch off on all members if a proxy, port mapping or
 *     address translation lies between them.
 * @param roles Roles that this member campaigns for, once the application has started.
 */
@ConfigurationProperties("ha")
record HaProperties(
    @DefaultValue("true") boolean enabled,
    @Nullable String cluster,
    @Nullable String member,
    @DefaultValue List<String> roster,
    @Nullable String bind,
    @DefaultValue List<String> peers,
    @Nullable Path state,
    @Nullable String secret,
    @Nullable Path secretFile,
    @DefaultValue("2s") Duration lease,
    @DefaultValue("false") boolean witness,
    @DefaultValue("true") boolean crashProof,
    @DefaultValue List<RoleProperties> roles) {

  /**
   * A role.
   *
   * @param name Name of the role.
   * @param prefer Members in the order in which they should lead. Same on all members.
   * @param failback Whether a leader hands over by itself to a member that stands before it in the
   *     order of preference.
   */
  record RoleProperties(
      @Nullable String name,
      @DefaultValue List<String> prefer,
      @DefaultValue("false") boolean failback) {}

  @Override
  public String toString() {
    return "HaProperties[cluster=" + cluster + ", member=" + member + ", roster=" + roster + "]";
  }
}
