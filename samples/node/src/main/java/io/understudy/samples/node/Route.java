package io.understudy.samples.node;

/** What the HTTP API of every member can be asked. */
enum Route {
  STATUS("GET", "/ha/status"),
  LEADER("GET", "/ha/leader"),
  EXPLAIN("GET", "/ha/explain"),
  SIMULATE("GET", "/ha/simulate"),
  HANDOVER("POST", "/ha/handover"),
  RESIGN("POST", "/ha/resign"),
  STANDBY("POST", "/ha/standby"),
  MAINTENANCE("POST", "/ha/maintenance"),
  ROSTER("POST", "/ha/roster"),
  RESET_FAIL_COUNT("POST", "/ha/failcount/reset"),
  CONFIRM_FENCED("POST", "/ha/fenced/confirm");

  private final String method;
  private final String path;

  Route(String method, String path) {
    this.method = method;
    this.path = path;
  }

  Endpoint answeredBy(Operations operations) {
    return new Endpoint(method, path, (query, by) -> operations.answer(this, query, by));
  }
}
