package io.understudy.samples.node;

/** What {@code --help} prints of a member alone. */
public final class Usage {
  /** All of it. */
  public static final String TEXT =
      """
      One member of an Understudy cluster as a program.

      java -jar ha-node.jar --cluster C --name n1 --roster n1,n2,n3[,w1:witness]
           --bind 127.0.0.1:7801 --peers 127.0.0.1:7801,127.0.0.1:7802,127.0.0.1:7803
           --state DIR --secret-file FILE [options]

      Required
        --cluster NAME       members of other clusters are strangers
        --name NAME          this member; stable across restarts, unique in the cluster
        --roster NAMES       the members that vote; ':witness' marks those that never lead.
                             It seeds an empty state directory, later the stored roster wins
        --bind HOST:PORT     where this member listens for the others
        --peers ADDRESSES    where all members listen, this one too
        --state DIR          durable state, one directory for one member; created if absent
        --secret-file FILE   the cluster's secret, at least 16 characters

      Options
        --role NAME          a role to campaign for; repeatable; default main.
                             A witness votes on every role and campaigns for none
        --lease DURATION     how long a leader may act on one acknowledged round; default 2s.
                             The same on all members; durations are like 500ms, 2s, 2m
        --rho NUMBER         bound on each clock's rate error; default 0.09; the same on all
        --http HOST:PORT     serve the HTTP API there, unauthenticated: loopback only; port 0
                             takes a free one, which the event 'http' names
        --claims FILE        append 'node role epoch before after' about every millisecond
                             while leading (60 KB a second), to be judged afterwards
        --witness            vote and never lead; must agree with the roster
        --witness-jdbc URL   the roster's witness is a row in this database, not a process; the
                             same on all members. MySQL, MariaDB or PostgreSQL, one server that
                             is none of the managed ones. Bring the driver: java -cp
                             ha-node.jar:driver.jar io.understudy.samples.node.NodeMain ...
        --witness-user NAME  the database account
        --witness-password-file FILE
                             its password; default: none
        --witness-member NAME
                             which witness of the roster it is, if there are several
        --no-crash-proof     never take the end of a connection as proof that a process died;
                             for members behind a proxy or address translation
        --prefer ROLE=NAMES  who should lead a role, best first; repeatable; the same on all
        --failback HOW       when a better preferred member gets the role back: auto (after two
                             leases), a delay like 30s, or never (default): the leader stays
        --with ROLE=ROLE     the first is led only where the second is; repeatable
        --not-with ROLE=ROLE the first is not led where the second is; repeatable
        --spread             the roles' names spread them over members of equal preference
        --connectivity WHAT  tcp:HOST:PORT or ping:HOST; repeatable. Who reaches none of them
                             gives its roles to a member that does
        --no-connectivity HOW
                             when no member reaches any: stay (default) or stop
        --dampening TIME     for how long a target must fail, or answer, to count; default 5s
        --exclusion HOW      token (default): a new leader begins at once, the epoch keeps old
                             and new work apart; stopped: once the old resources have stopped
        --require-fence      a new leader begins only once the last one is fenced, unless that
                             stopped in good order; else it waits for an operator
        --fence COMMAND      a fence agent (key=value lines on standard input) that switches off
                             another member's machine: called with action=off, then action=status
                             until that ends with 2. Words, no shell; words like key=value are
                             options, key@n2=value those for one target. Repeatable: the next one
                             is tried if the ones before did not confirm
        --fence-command CMD  instead of --fence: ends another member's process for certain when
                             it exits with 0. Words, no shell; the target is in HA_FENCE_TARGET
                             and on standard input as nodename=. Two members without a witness
                             need one of the two options
        --fence-scope WHAT   what a confirmed fence means: machine (default of --fence): off, with
                             all that outlives a process there, like the commands of --resource;
                             process (default of --fence-command): ended, what it left may go on;
                             resource: cut off, it may go on running. In doubt not machine
        --fence-limit TIME   how long each of them may take; default 30s
        --resource ROLE=CMD  runs with a role; repeatable, started in this order, stopped in
                             reverse. Called with start, stop and status (LSB exit codes);
                             HA_ROLE, HA_EPOCH and HA_NODE are in its environment. Words, no shell
        --check-interval TIME
                             between two rounds of status; default 1s
        --start-timeout TIME how long a start may take; default 60s
        --stop-timeout TIME  how long all resources of a role may take to stop; default 5s.
                             Then the process ends itself, with status 75
        --restart-limit N    failures of a resource that are answered by a restart in place;
                             the next one moves the role; default 3
        --failure-timeout TIME
                             when failures are forgotten; default 60s
        --guardian           a child process that kills this one if it cannot end itself 100 ms
                             after --stop-timeout, and stops what a dead process left at work
        --watchdog DEVICE    a guardian that feeds this Linux watchdog device every second
        --help               this text

      Standard output: one JSON object a line with mono (System.nanoTime), wall, node and event:
        started, http, view, quorum, roster, elected, revoked, leader, death, register, voter,
        service, connectivity, health, maintenance, rules, stalled, storing-slow, storage, witness,
        peer-missing, fence (result asked, confirmed, failed, unknown), fence-concluded, overflow,
        operation, takeover, resource, deadline, guardian, guardian-acted, stopped.
      Standard error: the log.

      HTTP
        GET  /ha/status
        GET  /ha/leader?role=main             200 on the leader, 503 elsewhere
        GET  /ha/explain?role=main            who may lead it, with scores and what excludes them,
                                              what this member does about it, and the last moves
        GET  /ha/simulate?lost=n2             who would lead what; also returned=, standby=,
                                              disconnected=, or role=main&to=n2. A dry run
        POST /ha/handover?role=main&to=n2     200 once n2 leads
        POST /ha/resign?role=main             200 once the leadership ended
        POST /ha/standby?on=true|false        200 once this member leads nothing
        POST /ha/maintenance?on=true|false    the whole cluster changes nothing by itself
        POST /ha/roster?add=n4[:VOTES][:witness]   200 once n4 has its votes (default 1). Start it
                                              when the status lists it; ask again after a 504
        POST /ha/roster?remove=n2             200 once n2 is out; it may be dead
        POST /ha/roster?cancel                gives up the change that is under way
        POST /ha/failcount/reset?role=main    200; failures of the role's resources here are forgotten
        POST /ha/fenced/confirm?member=n2     an operator's word that n2 is off for certain
        POST /ha/fenced/confirm?member=n2&role=main   n2 may run, and you have looked: nothing of
                                              main is left at work there
        409 refused, 504 not done in 5 s, 400 bad parameters, 405 wrong method; each with a
        JSON body that has a message.

      SIGTERM resigns, leaves and exits with status 0. Status 2: cannot run as called; one line
      on standard error says what is wrong and how to mend it.
      """;

  private Usage() {}
}
