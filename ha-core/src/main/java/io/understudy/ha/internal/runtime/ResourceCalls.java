package io.understudy.ha.internal.runtime;

import io.understudy.ha.Leadership;
import io.understudy.ha.Resource;
import io.understudy.ha.ResourceGroup;
import io.understudy.ha.internal.group.GroupOutput;
import io.understudy.ha.spi.CommandRun;
import java.util.List;

/**
 * The calls of a group's resources, one at a time on a thread of the group: the application's code,
 * which may fail, hang, and ignore that it is interrupted. Threadsafe.
 */
final class ResourceCalls {
  private final ResourceGroup group;
  private final GroupWatch watch;
  private final RunNotes notes;
  private final List<Boolean> outliveProcess;
  private final GroupCaller caller;

  /**
   * Makes them; asks each resource whether it outlives the process, once and here.
   *
   * @param threadName of the group's thread
   * @param group whose resources
   * @param watch must be ready before something starts
   * @param notes tell what commands are under way
   * @param returned hears the end of each call, on the group's thread
   */
  ResourceCalls(
      String threadName,
      ResourceGroup group,
      GroupWatch watch,
      RunNotes notes,
      GroupCaller.Results returned) {
    this.group = group;
    this.watch = watch;
    this.notes = notes;
    this.outliveProcess =
        group.entries().stream().map(entry -> entry.resource().outlivesProcess()).toList();
    this.caller = new GroupCaller(work -> Threads.ordinary(noted(work), threadName), returned);
  }

  private Runnable noted(Runnable work) {
    return () -> {
      CommandRun.noteIn(notes);
      work.run();
    };
  }

  boolean outlivesProcess() {
    return outliveProcess.contains(true);
  }

  void start(GroupOutput.Call call, Leadership leadership) {
    Resource resource = resource(call);
    caller.call(
        call.call(),
        () -> {
          watch.awaitReady();
          notes.endLastGuardian(); // if it lived when the stops were done, it does no more
          resource.start(leadership);
        });
  }

  /** Of an earlier process, if it is a stop for no leadership. */
  void stop(GroupOutput.Call call) {
    Resource resource = resource(call);
    boolean goesOn = outliveProcess.get(call.resource());
    boolean isOfEarlierProcess = call.epoch() == 0;
    caller.call(
        call.call(),
        isOfEarlierProcess ? () -> stopEarlier(resource, goesOn) : () -> stop(resource));
  }

  private void stop(Resource resource) throws Exception {
    CommandRun.noteIn(notes.ofStops());
    try {
      resource.stop();
    } finally {
      CommandRun.noteIn(notes);
    }
  }

  /** What was being started goes first: it could come to work after the stop. */
  private void stopEarlier(Resource resource, boolean goesOn) throws Exception {
    notes.endEarlier();
    if (goesOn) {
      stop(resource);
    }
  }

  void check(GroupOutput.Call call) {
    caller.call(call.call(), resource(call)::check);
  }

  private Resource resource(GroupOutput.Call call) {
    return group.entries().get(call.resource()).resource();
  }

  void interrupt(long call) {
    caller.interrupt(call);
  }

  /** The call that runs is left to itself, on its thread. */
  void abandon() {
    caller.abandon();
  }

  /** Whether this is the group's thread. */
  boolean isCurrentThread() {
    return caller.isCurrentThread();
  }

  /** Calls come to nothing any more. */
  void close() {
    caller.close();
  }
}
