package io.understudy.samples.gameday.shop;

import jakarta.servlet.http.HttpServlet;
import java.io.File;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Valve;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tomcat with one servlet, behind one valve. */
final class WebServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);
  private static final String THREADS = "16";

  private final Tomcat tomcat = new Tomcat();

  WebServer(int port, Valve valve, HttpServlet orders) {
    tomcat.setBaseDir(System.getProperty("java.io.tmpdir"));
    Connector connector = new Connector();
    connector.setPort(port);
    connector.setProperty("address", "127.0.0.1");
    connector.setProperty("maxThreads", THREADS);
    tomcat.setConnector(connector);
    tomcat.getEngine().getPipeline().addValve(valve);
    Context context = tomcat.addContext("", new File(".").getAbsolutePath());
    Tomcat.addServlet(context, "orders", orders).addMapping("/orders");
  }

  void start() throws LifecycleException {
    tomcat.start();
    if (!tomcat.getConnector().getState().isAvailable()) {
      throw new LifecycleException(
          "Tomcat cannot listen on 127.0.0.1:%d; see the log above"
              .formatted(tomcat.getConnector().getPort()));
    }
  }

  @Override
  public void close() {
    try {
      tomcat.stop();
      tomcat.destroy();
    } catch (LifecycleException e) {
      LOG.warn("Tomcat did not stop in order", e);
    }
  }
}
