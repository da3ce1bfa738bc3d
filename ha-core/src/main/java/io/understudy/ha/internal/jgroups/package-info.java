/**
 * Everything between the event loop and the wire: the codec, the sealing of messages, the
 * authenticated sockets, the JGroups channel and what it shows of other members. It carries and
 * reports, and decides nothing.
 *
 * <p>{@link io.understudy.ha.internal.jgroups.JGroupsTransport} is the entrance.
 */
@NullMarked
package io.understudy.ha.internal.jgroups;

import org.jspecify.annotations.NullMarked;
