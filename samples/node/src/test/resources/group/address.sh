# A virtual address in the manner of IPaddr2: added, announced by gratuitous ARP, removed.
. "$(dirname "$0")/agent.sh"

is_here() { [ -n "$(ip -o -4 addr show dev "$DEVICE" to "$ADDRESS")" ]; }

case $action in
  start)
    command -v arping > /dev/null || exit 5 # LSB: not installed
    is_here || ip addr add "$ADDRESS/24" dev "$DEVICE" || exit 1
    # For all who remember another machine's hardware address. It sends at once, and ends later.
    arping -q -U -c 1 -I "$DEVICE" "$ADDRESS" > /dev/null 2>&1 &
    ;;
  stop) ! is_here || ip addr del "$ADDRESS/24" dev "$DEVICE" || exit 1 ;;
  status) is_here || exit 3 ;;
esac
exit 0
