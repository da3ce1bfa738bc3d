package io.understudy.ha.internal.jgroups;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.stack.IpAddress;
import org.jgroups.stack.Protocol;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;

/**
 * The protocol through which members talk, right above the transport. It sends to addresses of
 * machines, not of the channel, so it works from the moment the transport listens, before any view
 * exists, between members whose views differ, and while a view changes.
 *
 * <p>Its messages bear no header of their own (a header would have to be registered for the whole
 * JVM). They are known by having no header but the transport's, which no message of another
 * protocol has; and they are sealed.
 */
final class MemberLink extends Protocol {
  private static final short TRANSPORT_HEADERS = 1;

  private final Handler handler;
  private Set<Address> members = Set.of();

  /** Is told; on JGroups' threads. */
  interface Handler {
    void message(Address from, byte[] bytes, int offset, int length);

    /** The transport listens and can send. */
    void connected();

    /** Members were in the last view and are not in the new one. */
    void left(Set<Address> members);
  }

  MemberLink(Handler handler) {
    this.handler = handler;
  }

  /** Sends, best effort. Blocks while a connection is made, or while the peer does not read. */
  void send(InetSocketAddress to, byte[] bytes) {
    Message message =
        new BytesMessage(new IpAddress(to), bytes)
            .setFlag(Message.Flag.OOB, Message.Flag.NO_RELIABILITY, Message.Flag.NO_FC)
            .setFlag(Message.TransientFlag.DONT_LOOPBACK);
    down_prot.down(message);
  }

  @Override
  public @Nullable Object up(Message message) {
    if (!isOurs(message)) {
      return up_prot.up(message);
    }
    handler.message(message.getSrc(), message.getArray(), message.getOffset(), message.getLength());
    return null;
  }

  @Override
  public void up(MessageBatch batch) {
    for (Iterator<Message> messages = batch.iterator(); messages.hasNext(); ) {
      Message message = messages.next();
      if (isOurs(message)) {
        messages.remove();
        up(message);
      }
    }
    if (!batch.isEmpty()) {
      up_prot.up(batch);
    }
  }

  private static boolean isOurs(Message message) {
    return message instanceof BytesMessage
        && message.isFlagSet(Message.Flag.NO_RELIABILITY)
        && message.getNumHeaders() <= TRANSPORT_HEADERS
        && message.hasArray();
  }

  @Override
  public Object down(Event event) {
    Object result = down_prot.down(event);
    if (event.getType() == Event.CONNECT) {
      handler.connected();
    } else if (event.getType() == Event.VIEW_CHANGE) {
      View view = event.getArg();
      viewChanged(view.getMembers());
    }
    return result;
  }

  private synchronized void viewChanged(List<Address> now) {
    Set<Address> left = new HashSet<>(members);
    members = Set.copyOf(now);
    left.removeAll(members);
    if (!left.isEmpty()) {
      handler.left(left);
    }
  }
}
