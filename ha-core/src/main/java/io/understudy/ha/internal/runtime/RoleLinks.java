package io.understudy.ha.internal.runtime;

import java.util.function.Consumer;

/**
 * What a group asks of its role. Election thread.
 *
 * @param resign gives the role up, because of what has failed
 * @param eligibilityChanged is told
 * @param leave does a task that lets the role move, once others may know that nothing works here
 * @param goOn has the group go on, because the role did not move
 */
record RoleLinks(
    Consumer<String> resign,
    Runnable eligibilityChanged,
    Consumer<Runnable> leave,
    Runnable goOn) {}
