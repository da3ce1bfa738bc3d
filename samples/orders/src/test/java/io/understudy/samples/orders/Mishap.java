package io.understudy.samples.orders;

import io.understudy.samples.dbpair.DatabaseServer;
import io.understudy.samples.dbpair.StartOption;

/** What may happen to a writer, and how it ends. */
interface Mishap {
  /** It happens; returns when it has. */
  void befall(DatabaseServer writer);

  /** The server is as it was, but for what happened meanwhile. */
  void end(DatabaseServer writer);

  /** kill -9; the server comes back read-only, as its option file should say. */
  Mishap KILL =
      new Mishap() {
        @Override
        public void befall(DatabaseServer writer) {
          writer.kill9();
        }

        @Override
        public void end(DatabaseServer writer) {
          writer.restart(StartOption.READ_ONLY);
        }
      };

  /** SIGSTOP. */
  Mishap FREEZE =
      new Mishap() {
        @Override
        public void befall(DatabaseServer writer) {
          writer.pause();
        }

        @Override
        public void end(DatabaseServer writer) {
          writer.resume();
        }
      };
}
