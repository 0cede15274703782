# Starts and stops a PostgreSQL server as the lines it reads say, and answers each: `done`, or else
# what went wrong. When there is nobody left to read from, it ends the server and removes
# everything.
set -u
programs=$1
folder=$(mktemp -d "$2/heard-postgres.XXXXXX") || exit 1
server=

end() {
    [ -n "$server" ] || return 0
    kill -s "$1" "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    server=
}

start() {
    "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=100 \
        -c log_min_messages=fatal >>"$folder/log" 2>&1 </dev/null &
    server=$!
    until "$programs/pg_isready" -q -h "$folder" -d postgres; do
        if ! kill -0 "$server" 2>/dev/null; then
            cat "$folder/log"
            return 1
        fi
        sleep 0.02
    done
}

trap 'end QUIT; rm -rf "$folder"' EXIT
# Only the end of whoever asked ends this.
trap '' INT TERM HUP

# --no-sync is about this one step: the server itself writes through as ever.
if ! "$programs/initdb" -D "$folder/data" -U heard -A trust -E UTF8 --no-locale --no-sync >"$folder/log" 2>&1; then
    cat "$folder/log"
    exit 1
fi
echo "folder $folder"
while read -r word; do
    case $word in
        start) start || exit 1 ;;
        stop) end INT ;;
        crash) end QUIT ;;
    esac
    echo done
done
