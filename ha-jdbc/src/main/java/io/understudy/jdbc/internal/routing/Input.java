package io.understudy.jdbc.internal.routing;

/** What happened. */
public sealed interface Input {
  /**
   * A master was probed.
   *
   * @param master the master
   * @param observation the result
   */
  record Probed(String master, Observation observation) implements Input {}

  /**
   * Other members told something new of the masters, or are heard no more.
   *
   * @param sightings all that counts now
   */
  record Heard(Sightings sightings) implements Input {}

  /**
   * Somebody wants another writer; ignored if that is {@linkplain SwitchoverMachine#refusal
   * refused}.
   *
   * @param to the master
   */
  record SwitchAsked(String to) implements Input {}

  /**
   * The running action is done.
   *
   * @param action the action; a Commit carries what was committed in the end
   */
  record Done(Action action) implements Input {}

  /**
   * The running action failed; the machine decides whether to try again.
   *
   * @param action the action
   * @param message what was tried and why it failed
   * @param hanging whether the server could not do it, because commits in it do not end
   */
  record Failed(Action action, String message, boolean hanging) implements Input {
    /**
     * For any other reason.
     *
     * @param action the action
     * @param message what was tried and why it failed
     */
    public Failed(Action action, String message) {
      this(action, message, false);
    }
  }
}
