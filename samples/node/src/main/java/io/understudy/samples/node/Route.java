package io.understudy.samples.node;

import java.util.Arrays;

/** What the HTTP API can be asked. */
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

  static Route of(String path) throws Answer.Refusal {
    return Arrays.stream(values())
        .filter(route -> route.path.equals(path))
        .findFirst()
        .orElseThrow(
            () -> {
              String known = Arrays.stream(values()).map(route -> route.path).toList().toString();
              return new Answer.Refusal(Answer.of(404, path + " is not here; use one of " + known));
            });
  }

  boolean allows(String asked) {
    return asked.equals(method) || ("HEAD".equals(asked) && "GET".equals(method));
  }

  String method() {
    return method;
  }
}
