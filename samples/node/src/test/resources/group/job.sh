# A job that writes rows into a database.
. "$(dirname "$0")/agent.sh"
program=io.understudy.samples.node.RowWriter

case $action in
  start) process_start $program "$DATABASE" "$WRITES" "$HA_NODE" "$HA_EPOCH" || exit 1 ;;
  stop) process_stop $program || exit 1 ;;
  status) process_runs $program || exit 3 ;;
esac
exit 0
