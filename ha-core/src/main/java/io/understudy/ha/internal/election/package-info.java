/**
 * The election, purely: states, inputs, outputs and the machine that maps one to the other. No
 * clock, no thread, no socket, no disk, no logger; an architecture test proves it.
 */
@NullMarked
package io.understudy.ha.internal.election;

import org.jspecify.annotations.NullMarked;
