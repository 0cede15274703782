#!/bin/sh
# Has run.sh restart its relays, one after the other, and waits until both are ready. A relay that
# had ended is started again.
#
#   restart.sh [FOLDER]  the same folder as run.sh's
data=${1:-${CLUSTER_DATA:-.cluster}}
if ! pid=$(cat "$data/run/run.pid" 2>/dev/null); then
    echo "error: nothing runs in $data" >&2
    exit 1
fi
rm -f "$data/run/restarted"
kill -s USR1 "$pid" || exit 1
until [ -e "$data/run/restarted" ]; do
    if ! kill -0 "$pid" 2>/dev/null; then
        echo "error: run.sh has ended" >&2
        exit 1
    fi
    sleep 0.1
done
if [ "$(cat "$data/run/restarted")" != done ]; then
    echo "error: not both relays are ready; run.sh has said why" >&2
    exit 1
fi
echo "Both relays are ready."
