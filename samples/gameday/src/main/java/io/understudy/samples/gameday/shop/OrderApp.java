package io.understudy.samples.gameday.shop;

import io.understudy.ha.HaEvent;
import io.understudy.ha.HaNode;
import io.understudy.ha.Role;
import io.understudy.ha.RoleSpec;
import io.understudy.ha.Secret;
import io.understudy.jdbc.HaDataSource;
import io.understudy.jdbc.HaDataSourceStatus;
import io.understudy.samples.gameday.shop.ShopSettings.Database;
import io.understudy.tomcat.Condition;
import io.understudy.tomcat.HaValve;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.catalina.LifecycleException;

/**
 * One JVM of an order service that goes on when its leader or its database writer is lost.
 *
 * <p>Every JVM takes orders, and all write to the one agreed master. One of them, the leader of the
 * role {@code jobs}, also does the work that must not be done twice at a time.
 */
public final class OrderApp implements AutoCloseable {
  /** The role whose leader runs the job. */
  public static final String JOBS = "jobs";

  /** The role whose leader directs the databases. */
  public static final String DIRECTOR = "db:main";

  private final HaNode node;
  private final Pools pools;
  private final HaDataSource database;
  private final LeaderJob job;
  private final WebServer web;

  /**
   * Starts, without waiting for the other members or for a database.
   *
   * @param settings what this JVM is told
   * @param listener is told what happens
   * @throws LifecycleException if Tomcat does not start, for example because the port is taken
   */
  public OrderApp(ShopSettings settings, Consumer<HaEvent> listener) throws LifecycleException {
    node =
        HaNode.builder()
            .cluster("shop")
            .member(settings.member())
            .roster(settings.roster())
            .bind(settings.bind())
            .peers(settings.peers())
            .state(settings.state())
            .secret(Secret.ofFile(settings.secretFile()))
            .role(RoleSpec.named(JOBS))
            .listener(listener)
            .start();

    pools = new Pools(settings.databases());
    var builder = HaDataSource.builder().node(node).borrowTimeout(Duration.ofMillis(200));
    builder.minimumWriterTime(
        Duration.ZERO); // a game day takes writers away more often than a year
    for (Database master : settings.databases()) {
      builder.master(master.name(), pools.of(master), Pools.managerOf(master));
    }
    database = builder.build();

    HaValve valve = new HaValve(node);
    valve.addCondition(Condition.of("writer", database::isWriterAvailable));
    web = new WebServer(settings.httpPort(), valve, new OrderServlet(node.member(), database));
    web.start();

    job = new LeaderJob(node.role(JOBS).orElseThrow(), node.member(), database);
    job.start();
  }

  /**
   * The roles of this member.
   *
   * @return the job's role and the one of the database's director
   */
  public List<Role> roles() {
    return Stream.of(JOBS, DIRECTOR).flatMap(name -> node.role(name).stream()).toList();
  }

  /**
   * What this JVM knows of the masters.
   *
   * @return a snapshot
   */
  public HaDataSourceStatus database() {
    return database.status();
  }

  /** Serves no more, hands its roles to others, leaves. */
  @Override
  public void close() {
    web.close();
    job.close();
    database.close();
    pools.close();
    node.close();
  }
}
