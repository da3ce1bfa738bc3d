package io.understudy.samples.node;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.WebResourceRoot;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.StandardRoot;

/** Tomcat as a resource of a role: serves a directory, and says which member it serves for. */
final class DocumentServer {
  static final String NODE = "Ha-Node";
  static final String EPOCH = "Ha-Epoch";

  private DocumentServer() {}

  /** Arguments: the host and the port to listen on, the directory, the member, its epoch. */
  public static void main(String[] args) throws LifecycleException, IOException {
    Tomcat tomcat = new Tomcat();
    Path ready = Path.of(System.getenv("READY"));
    tomcat.setBaseDir(ready.resolveSibling("tomcat").toString());
    Connector connector = new Connector();
    connector.setPort(Integer.parseInt(args[1]));
    connector.setProperty("address", args[0]);
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", Path.of(args[2]).toAbsolutePath().toString());
    WebResourceRoot uncached = new StandardRoot(context);
    uncached.setCachingAllowed(false);
    context.setResources(uncached);
    Tomcat.addServlet(context, "documents", new Documents(args[3], args[4])).addMapping("/");
    tomcat.start();
    if (!connector.getState().isAvailable()) {
      System.err.println("cannot listen on " + args[0] + ":" + args[1]);
      Runtime.getRuntime().halt(1);
    }
    Files.createFile(ready);
    tomcat.getServer().await();
  }

  /** Files, with the member's name and epoch in each answer. */
  private static final class Documents extends DefaultServlet {
    private static final long serialVersionUID = 1L;

    private final String node;
    private final String epoch;

    Documents(String node, String epoch) {
      this.node = node;
      this.epoch = epoch;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws ServletException, IOException {
      response.setHeader(NODE, node);
      response.setHeader(EPOCH, epoch);
      super.service(request, response);
    }
  }
}
