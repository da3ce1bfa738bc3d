package io.understudy.samples.gameday.shop;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.understudy.ha.MemberId;
import io.understudy.jdbc.Outcome;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /orders}, the body being the customer's reference: stores an order and answers 201
 * with its id, once it is committed. 503 says that nothing was stored, so the customer may try
 * elsewhere; 500 says that nobody knows.
 */
final class OrderServlet extends HttpServlet {
  @Serial private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(OrderServlet.class);
  private static final int LONGEST_REFERENCE = 64;

  private final String member;
  private final transient DataSource database;

  OrderServlet(MemberId member, DataSource database) {
    this.member = member.value();
    this.database = database;
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String reference =
        new String(request.getInputStream().readNBytes(LONGEST_REFERENCE), UTF_8).strip();
    try {
      long id = insert(reference);
      answer(response, HttpServletResponse.SC_CREATED, "\"id\":" + id);
    } catch (SQLException e) {
      LOG.debug("order {} failed", reference, e);
      if (Outcome.mayRepeat(e)) {
        response.setHeader("Retry-After", "1");
        answer(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "\"stored\":false");
      } else {
        answer(response, HttpServletResponse.SC_INTERNAL_SERVER_ERROR, "\"stored\":\"unknown\"");
      }
    }
  }

  private long insert(String reference) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO orders (reference, member) VALUES (?, ?)",
                Statement.RETURN_GENERATED_KEYS)) {
      insert.setString(1, reference);
      insert.setString(2, member);
      insert.executeUpdate();
      try (ResultSet keys = insert.getGeneratedKeys()) {
        keys.next();
        return keys.getLong(1);
      }
    }
  }

  private void answer(HttpServletResponse response, int status, String field) throws IOException {
    response.setStatus(status);
    response.setContentType("application/json");
    response.getWriter().println("{\"member\":\"" + member + "\"," + field + "}");
  }
}
