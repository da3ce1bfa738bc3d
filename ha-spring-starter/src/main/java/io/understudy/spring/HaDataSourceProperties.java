package io.understudy.spring;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What {@code ha.datasource.*} says of masters that replicate to each other.
 *
 * @param name Name of the data source. The role of its director is db:name.
 * @param masters Masters, at least two, in the same order on all members. The first one is
 *     preferred as writer when nothing else decides.
 * @param borrowTimeout How long a borrower waits for an agreed writer.
 * @param connectTimeout How long a connection to a master may take to open.
 * @param socketTimeout How long a master may take to answer a statement.
 * @param maximumPoolSize Most connections to one master.
 * @param resolveCommits Table of commit tokens with its database, for example shop.ha_commits. With
 *     it commits whose answer was lost are found out about.
 * @param resolveCommitsWait How long such a commit may look for its token.
 * @param readsWithoutQuorum How far a master may be behind that is read from while this member may
 *     not write; allows connections for reading (HaDataSource.reader()). Without it there are none.
 */
@ConfigurationProperties("ha.datasource")
record HaDataSourceProperties(
    @DefaultValue("main") String name,
    @DefaultValue List<Master> masters,
    @DefaultValue("5s") Duration borrowTimeout,
    @DefaultValue("1s") Duration connectTimeout,
    @DefaultValue("20s") Duration socketTimeout,
    @DefaultValue("10") int maximumPoolSize,
    @Nullable String resolveCommits,
    @DefaultValue("5s") Duration resolveCommitsWait,
    @Nullable Duration readsWithoutQuorum) {

  /**
   * A master.
   *
   * @param name Name in assignments, logs and status.
   * @param url JDBC URL of this one server.
   * @param username Account of the application. Must not be able to write on a read-only server.
   * @param password Password of the application's account.
   * @param managerUrl JDBC URL for the director, if it needs another one, for example without a
   *     database.
   * @param managerUsername Account of the director, which makes servers read-only and reads their
   *     replication.
   * @param managerPassword Password of the director's account.
   */
  record Master(
      @Nullable String name,
      @Nullable String url,
      @Nullable String username,
      @Nullable String password,
      @Nullable String managerUrl,
      @Nullable String managerUsername,
      @Nullable String managerPassword) {

    @Override
    public String toString() {
      return "Master[name=" + name + "]";
    }
  }
}
