# What the scripts of the group share: the settings, a log of every action, and a process as a
# resource. Sourced; $1 is the action. HA_NODE and HA_EPOCH come from the program.
set -u
. "$(dirname "$0")/settings.sh"
machine=$DIRECTORY/machine-$HA_NODE
. "$machine/machine.sh"
name=$(basename "$0" .sh)
mounted=$machine/mounted
pid_file=$machine/$name.pid
action=$1

# One write call a line, the first before anything is done and the last after everything: the order
# of the lines proves what did not overlap. An action that is killed has no last line.
log() {
  echo "$(date +%s%N) $HA_NODE $name $action $1 $HA_EPOCH $2" >> "$DIRECTORY/actions.log"
}
if [ "$action" != status ]; then
  log called -
  trap 'status=$?; log finished $status' EXIT
fi

# Neither a zombie nor a stranger with the same process id has the class on its command line.
process_runs() {
  [ -e "$pid_file" ] && grep -qs "$1" "/proc/$(cat "$pid_file")/cmdline"
}

process_start() {
  process_runs "$1" && return 0
  ready=$machine/$name.ready
  rm -f "$ready"
  READY=$ready setsid "$JAVA" -Xmx64m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$CLASSPATH" "$@" \
    < /dev/null >> "$machine/$name.out" 2>&1 &
  echo $! > "$pid_file"
  until [ -e "$ready" ]; do
    grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$!/status" || { tail -n 3 "$machine/$name.out"; return 1; }
    sleep 0.02
  done
}

# Asked first, then killed: that works on a stopped process too.
process_stop() {
  i=0
  while process_runs "$1"; do
    case $i in
      0) kill "$(cat "$pid_file")" ;;
      50) kill -9 "$(cat "$pid_file")" ;;
      200) return 1 ;;
    esac
    i=$((i + 1))
    sleep 0.02
  done
  rm -f "$pid_file"
}
