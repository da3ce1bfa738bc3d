package io.understudy.benchmarks;

import io.understudy.tomcat.Condition;
import io.understudy.tomcat.Gate;
import io.understudy.tomcat.HaValve;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Valve;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardEngine;
import org.apache.catalina.valves.HealthCheckValve;
import org.apache.catalina.valves.ValveBase;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a request that passes pays for the valve, beside a valve that does nothing. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ValveBenchmark {
  /** The valves, shared as on a server. */
  @State(Scope.Benchmark)
  public static class Valves {
    final StandardEngine engine = new StandardEngine();
    final Switch open = new Switch();
    final Valve empty = new EmptyValve();
    final Valve tomcatsOwn = new HealthCheckValve();
    final HaValve gate = new HaValve(open);
    final HaValve gatedPaths = new HaValve(open);
    final HaValve twoConditions = new HaValve(open);
    final HaValve clock = new HaValve(new Lease());

    /**
     * Starts the valves.
     *
     * @throws LifecycleException if one does not start
     */
    @Setup
    public void start() throws LifecycleException {
      engine.setName("benchmark");
      empty.setNext(new Sink());
      tomcatsOwn.setNext(new Sink());
      gatedPaths.setGatedPaths("/cart,/orders");
      gatedPaths.setExcludedPaths("/orders/images");
      twoConditions.addCondition(Condition.of("writer", open::open));
      for (HaValve valve : new HaValve[] {gate, gatedPaths, twoConditions, clock}) {
        valve.setContainer(engine);
        valve.setNext(new Sink());
        valve.start();
      }
    }

    /**
     * Stops the valves.
     *
     * @throws LifecycleException if one does not stop
     */
    @TearDown
    public void stop() throws LifecycleException {
      for (HaValve valve : new HaValve[] {gate, gatedPaths, twoConditions, clock}) {
        valve.stop();
        valve.destroy();
      }
    }
  }

  /** One request for each thread, as on a server. */
  @State(Scope.Thread)
  public static class Exchange {
    final Request request = new Request(new Connector(), new org.apache.coyote.Request());
    final Response response = new Response(new org.apache.coyote.Response());

    /** Sets the path as Tomcat's mapper leaves it. */
    @Setup
    public void path() {
      char[] path = "/orders/2026/11/4711".toCharArray();
      request.getCoyoteRequest().decodedURI().setChars(path, 0, path.length);
    }
  }

  /**
   * The cost of any valve.
   *
   * @param valves the valves
   * @param exchange request and response
   * @throws Exception never
   */
  @Benchmark
  public void emptyValve(Valves valves, Exchange exchange) throws Exception {
    valves.empty.invoke(exchange.request, exchange.response);
  }

  /**
   * Tomcat's own health valve, which compares the path and asks nothing.
   *
   * @param valves the valves
   * @param exchange request and response
   * @throws Exception never
   */
  @Benchmark
  public void tomcatHealthCheckValve(Valves valves, Exchange exchange) throws Exception {
    valves.tomcatsOwn.invoke(exchange.request, exchange.response);
  }

  /**
   * One condition that is a volatile field.
   *
   * @param valves the valves
   * @param exchange request and response
   * @throws IOException never
   */
  @Benchmark
  public void oneCondition(Valves valves, Exchange exchange) throws IOException {
    valves.gate.invoke(exchange.request, exchange.response);
  }

  /**
   * Two conditions that are volatile fields.
   *
   * @param valves the valves
   * @param exchange request and response
   * @throws IOException never
   */
  @Benchmark
  public void twoConditions(Valves valves, Exchange exchange) throws IOException {
    valves.twoConditions.invoke(exchange.request, exchange.response);
  }

  /**
   * One condition, two gated prefixes and one excluded prefix.
   *
   * @param valves the valves
   * @param exchange request and response
   * @throws IOException never
   */
  @Benchmark
  public void gatedPaths(Valves valves, Exchange exchange) throws IOException {
    valves.gatedPaths.invoke(exchange.request, exchange.response);
  }

  /**
   * One condition that reads the monotonic clock.
   *
   * @param valves the valves
   * @param exchange request and response
   * @throws IOException never
   */
  @Benchmark
  public void conditionWithClock(Valves valves, Exchange exchange) throws IOException {
    valves.clock.invoke(exchange.request, exchange.response);
  }

  /** Does nothing but pass on. */
  private static final class EmptyValve extends ValveBase {
    EmptyValve() {
      super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
      getNext().invoke(request, response);
    }
  }

  /** The end of the pipeline. */
  private static final class Sink extends ValveBase {
    Sink() {
      super(true);
    }

    @Override
    public void invoke(Request request, Response response) {}
  }

  /** Open, in a volatile field. */
  private static class Switch implements Gate {
    private volatile boolean open = true;

    @Override
    public boolean open() {
      return open;
    }

    @Override
    public String reason() {
      return "closed";
    }
  }

  /** Open until a time far away, as a lease. */
  private static final class Lease extends Switch {
    private volatile long untilNanos = System.nanoTime() + TimeUnit.DAYS.toNanos(365);

    @Override
    public boolean open() {
      return System.nanoTime() - untilNanos < 0;
    }
  }
}
