# Tomcat, which serves the mounted directory on the virtual address.
. "$(dirname "$0")/agent.sh"
program=io.understudy.samples.node.DocumentServer

case $action in
  start) process_start $program "$ADDRESS" "$PORT" "$mounted" "$HA_NODE" "$HA_EPOCH" || exit 1 ;;
  stop) process_stop $program || exit 1 ;;
  status) process_runs $program || exit 3 ;;
esac
exit 0
