/**
 * The simulator: whole clusters of the real election core on a virtual clock, from one seed.
 *
 * <p>{@link io.understudy.ha.sim.Simulation} runs a seed, {@link io.understudy.ha.sim.Invariants}
 * judges every event, {@link io.understudy.ha.sim.Mutation} proves that the judge can find bugs,
 * and {@link io.understudy.ha.sim.Scenario} replays the tricky cases of the protocol one by one.
 */
@NullMarked
package io.understudy.ha.sim;

import org.jspecify.annotations.NullMarked;
