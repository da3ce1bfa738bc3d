# A mounted directory, which must be writable.
. "$(dirname "$0")/agent.sh"

is_mounted() { mountpoint -q "$mounted"; }
is_writable() { touch "$mounted/.probe.$HA_NODE"; }

case $action in
  start)
    mkdir -p "$mounted"
    is_mounted || mount --bind "$machine/device" "$mounted" || exit 1
    is_writable || exit 1
    ;;
  stop) ! is_mounted || umount "$mounted" || exit 1 ;;
  status)
    is_mounted || exit 3
    is_writable || exit 1
    ;;
esac
exit 0
