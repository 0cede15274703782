#!/usr/bin/env bash
# Heard on several nodes, on one machine: two relays on one PostgreSQL, NATS between them, nginx in
# front, as plain processes.
#
#   run.sh [FOLDER]      runs until Ctrl-C or SIGTERM; everything is kept in FOLDER
#                        (or CLUSTER_DATA, or ./.cluster)
#   restart.sh [FOLDER]  restarts the relays, one after the other
#
# README.md has the variables that change programs and ports.
set -u -o pipefail
umask 077

say() { printf '%s\n' "$*" 2>/dev/null; }

# Says what is wrong and ends; whatever runs is stopped on the way out.
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

((BASH_VERSINFO[0] >= 4)) || fail "bash 4 or newer is needed, this is $BASH_VERSION"
# Whoever read what is said here may be gone; the servers are to be stopped all the same.
trap '' PIPE

# --- What there is to run
# ---------------------------------------------------------------------------------------------

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

# Where a program is: what the variable says, or else anywhere in PATH or in root's part of it,
# where Debian has servers.
program() { # name, package, variable
    local found
    found=$(PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "${!3:-$1}") ||
        fail "$1 is missing: on Debian or Ubuntu, \`apt-get install $2\`; elsewhere, name the program in $3"
    case $found in
        /*) say "$found" ;;
        *) say "$PWD/$found" ;;
    esac
}

# The folder of PostgreSQL's programs: the one that made the data, if it is still there, or else the
# newest.
postgres_folder() {
    local folder made
    made=$(cat "$data/postgres/data/PG_VERSION" 2>/dev/null)
    for folder in "${HEARD_POSTGRES:-}" "/usr/lib/postgresql/${made:-none}/bin" "$(pg_config --bindir 2>/dev/null)" \
        $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V -r); do
        if [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ]; then
            (cd "$folder" && pwd)
            return
        fi
        [ -z "${HEARD_POSTGRES:-}" ] || break
    done
    fail "PostgreSQL is missing: on Debian or Ubuntu, \`apt-get install postgresql\`; elsewhere, name the folder of its programs in HEARD_POSTGRES"
}

relay_program() {
    local target=${CARGO_TARGET_DIR:-$root/target} found
    for found in "${HEARD_RELAY:-}" "$target/release/heard-relay" "$target/debug/heard-relay"; do
        if [ -x "$found" ]; then
            (cd "$(dirname "$found")" && say "$PWD/${found##*/}")
            return
        fi
        [ -z "${HEARD_RELAY:-}" ] || fail "HEARD_RELAY names no program: $HEARD_RELAY"
    done
    fail "there is no relay yet: \`cargo xtask wasm && cargo build --release --package heard-relay\` builds it"
}

data=${1:-${CLUSTER_DATA:-.cluster}}
case $data in
    /*) ;;
    *) data=$PWD/$data ;;
esac
# As it can be typed.
shown=$(printf %q "$data")
relay=$(relay_program) || exit 1
postgres=$(postgres_folder) || exit 1
nats=$(program nats-server nats-server HEARD_NATS) || exit 1
nginx=$(program nginx nginx-light HEARD_NGINX) || exit 1

declare -A port=(
    [nginx]=${CLUSTER_PORT:-8090}
    [relay-1]=${CLUSTER_RELAY_1_PORT:-8091}
    [relay-2]=${CLUSTER_RELAY_2_PORT:-8092}
    [nats]=${CLUSTER_NATS_PORT:-8093}
    [postgres]=${CLUSTER_POSTGRES_PORT:-8094}
)
url=http://127.0.0.1:${port[nginx]}

# --- Where it is kept
# --------------------------------------------------------------------------------------------------

# PostgreSQL refuses to run as root: it runs as the user its package made then, and must get to its
# folder.
as_postgres=()
if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || fail "run as root, this needs a user \`postgres\`, whom PostgreSQL's package makes"
    as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi
# nginx as root has its work done by somebody else, who comes by here as well. What is inside is
# closed to all but its owner.
[ -d "$data" ] || mkdir -p -m 711 "$data" || fail "the folder $data cannot be made"
mkdir -p "$data/run" "$data/logs" && mkdir -p -m 711 "$data/nginx" && mkdir -p "$data/postgres" ||
    fail "the folder $data cannot be written"
cd / || exit 1
if [ ${#as_postgres[@]} -gt 0 ]; then
    chown postgres: "$data/postgres"
    "${as_postgres[@]}" test -x "$data/postgres" ||
        fail "the user \`postgres\` cannot reach $data: name another folder, such as /var/lib/heard-cluster"
fi

# --- Starting and stopping
# --------------------------------------------------------------------------------------------

declare -A pid=()

# Starts a server in a process group of its own: Ctrl-C is for this script, which stops them in
# order.
start() { # name, command…
    local name=$1
    shift
    set -m
    "$@" </dev/null >>"$data/logs/$name.log" 2>&1 &
    set +m
    pid[$name]=$!
    echo "${pid[$name]}" >"$data/run/$name.pid"
}

running() { [ -n "${pid[$1]:-}" ] && kill -0 "${pid[$1]}" 2>/dev/null; }

forget() {
    wait "${pid[$1]}" 2>/dev/null
    unset "pid[$1]"
    rm -f "$data/run/$1.pid"
}

# Sends a signal to those of the servers that run, and waits until they have ended.
end() { # signal, name…
    local signal=$1 name
    shift
    for name; do
        [ -z "${pid[$name]:-}" ] || kill -s "$signal" "${pid[$name]}" 2>/dev/null
    done
    for name; do
        [ -z "${pid[$name]:-}" ] || forget "$name"
    done
}

stop() {
    trap at_once INT TERM HUP
    [ ${#pid[@]} -eq 0 ] || say "Stopping the relays, nginx, NATS and PostgreSQL."
    end TERM relay-1 relay-2
    end TERM nginx
    end TERM nats
    end INT postgres
    rm -f "$data/run/run.pid"
}

# Somebody asked twice.
at_once() {
    trap '' INT TERM HUP
    end KILL relay-1 relay-2
    # nginx's other processes, and PostgreSQL's, would outlive one that is killed.
    end TERM nginx nats
    end QUIT postgres
}

# Waits until a server that was just started fulfils a condition.
await() { # name, condition…
    local name=$1 last=$((SECONDS + 60))
    shift
    until "$@"; do
        if ! running "$name"; then
            echo "error: $name has ended: $(tail -n 1 "$data/logs/$name.log")" >&2
            return 1
        elif ((SECONDS > last)); then
            echo "error: $name has not become ready in a minute; $data/logs/$name.log may say why" >&2
            return 1
        fi
        pause
    done
}

# Not in silence, bash would say of a server that was killed how it was started.
pause() { sleep 0.1; } 2>/dev/null

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Whether a relay says that it is ready (one without a line to the other says that it is degraded);
# asked through the proxy, whether that one answers.
says_ready() ( # port, port of the one behind the proxy
    exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$1" || exit
    printf 'GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
    IFS= read -r -t 5 -d '' -u 3 answer
    behind=${2:+127.0.0.1:$2$'\r'}
    [[ $answer == HTTP/1.?' 200 '*$'\nready\n' && $answer == *"$behind"* ]]
)

greets() ( # port
    exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$1" || exit
    read -r -t 5 -u 3 line
    [[ $line == INFO* ]]
)

start_postgres() {
    start postgres "${as_postgres[@]}" "$postgres/postgres" -D "$data/postgres/data" -p "${port[postgres]}" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories=
    await postgres "$postgres/pg_isready" -q -h 127.0.0.1 -p "${port[postgres]}" -d postgres
}

start_nats() {
    start nats "$nats" --addr 127.0.0.1 --port "${port[nats]}"
    await nats greets "${port[nats]}"
}

start_relay() { # name
    start "$1" "$relay" serve --data "$database" --bus "nats://127.0.0.1:${port[nats]}" \
        --listen "127.0.0.1:${port[$1]}" --public-url "$url" --trust-proxy
    await "$1" says_ready "${port[$1]}"
}

start_nginx() {
    sed -e "s/\${LISTEN}/127.0.0.1:${port[nginx]}/" -e "s/\${RELAY_1}/127.0.0.1:${port[relay-1]}/" \
        -e "s/\${RELAY_2}/127.0.0.1:${port[relay-2]}/" "$here/nginx.conf.template" >"$data/nginx/heard.conf"
    cat >"$data/nginx/nginx.conf" <<END
daemon off;
worker_rlimit_nofile 4096;
pid "$data/nginx/nginx.pid";
error_log stderr;
events { worker_connections 2048; }
http {
    client_body_temp_path "$data/nginx/body";
    proxy_temp_path "$data/nginx/proxy";
    fastcgi_temp_path "$data/nginx/fastcgi";
    scgi_temp_path "$data/nginx/scgi";
    uwsgi_temp_path "$data/nginx/uwsgi";
    include "$data/nginx/heard.conf";
}
END
    start nginx "$nginx" -p "$data/nginx" -c "$data/nginx/nginx.conf"
    await nginx says_ready "${port[nginx]}"
}

# Waits until nginx, which leaves a relay out for a moment after a failure, sends somebody there
# again.
in_use() { await nginx says_ready "${port[nginx]}" "${port[$1]}"; }

# Starts what has ended, then restarts the relays that had not, one after the other, so that one of
# them is always there.
restart() {
    local name others=()
    running nats || start_nats || return
    for name in relay-1 relay-2; do
        if running "$name"; then
            others+=("$name")
        else
            start_relay "$name" && in_use "$name" || return
            say "$name runs again."
        fi
    done
    for name in "${others[@]}"; do
        # It tells its sockets to reconnect and finishes what it is writing.
        end TERM "$name"
        start_relay "$name" && in_use "$name" || return
        say "$name was restarted."
    done
}

# --- The first run
# --------------------------------------------------------------------------------------------------

draw() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# Makes the database, without starting it. A first run that did not come to its end begins anew.
make_database() {
    rm -rf "$data/postgres/data"
    touch "$data/unfinished"
    say "This is the first run: making the database in $data."
    draw 16 >"$data/secret"
    cp "$data/secret" "$data/postgres/password"
    [ ${#as_postgres[@]} -eq 0 ] || chown postgres: "$data/postgres/password"
    "${as_postgres[@]}" "$postgres/initdb" -D "$data/postgres/data" -U heard --pwfile="$data/postgres/password" \
        -A scram-sha-256 -E UTF8 --no-locale >"$data/logs/initdb.log" 2>&1 </dev/null ||
        fail "the database could not be made: $(tail -n 1 "$data/logs/initdb.log")"
    rm -f "$data/postgres/password"
}

# Fills it: a site, and two agents with passwords that nobody else has.
fill_database() {
    local who password
    "$postgres/createdb" -h 127.0.0.1 -p "${port[postgres]}" -U heard heard || fail "the database could not be created"
    "$relay" site add --data "$database" --name 'My shop' >"$data/site" 2>"$data/logs/setup.log" ||
        fail "the site could not be added: $(tail -n 1 "$data/logs/setup.log")"
    : >"$data/sign-in"
    for who in Anna Oleg; do
        password=$(draw 10)
        "$relay" agent add --data "$database" --site "$(cat "$data/site")" --name "$who" --email "${who,}@shop.example" \
            --password-stdin >>"$data/logs/setup.log" 2>&1 <<<"$password" ||
            fail "an agent could not be added: $(tail -n 1 "$data/logs/setup.log")"
        echo "${who,}@shop.example $password" >>"$data/sign-in"
    done
    rm "$data/unfinished"
}

# --- The run
# --------------------------------------------------------------------------------------------------

if other=$(cat "$data/run/run.pid" 2>/dev/null) && ps -p "$other" -o args= 2>/dev/null | grep -q run.sh; then
    fail "the cluster in $data runs already, as process $other"
fi
for name in nginx relay-1 relay-2 nats postgres; do
    variable=CLUSTER_${name^^}_PORT
    [ "$name" != nginx ] || variable=CLUSTER_PORT
    taken "${port[$name]}" || continue
    if kill -0 "$(cat "$data/run/$name.pid" 2>/dev/null)" 2>/dev/null; then
        fail "an earlier run was killed and has left its servers behind: \`kill \$(cat $shown/run/*.pid)\` ends them"
    fi
    fail "another program listens on 127.0.0.1:${port[$name]} already: stop it, or choose another port for $name with ${variable//-/_}"
done

trap stop EXIT
trap 'exit 0' INT TERM HUP
again=
trap 'again=yes' USR1
rm -f "$data"/run/*
echo $$ >"$data/run/run.pid"

if [ -e "$data/unfinished" ] || [ ! -e "$data/postgres/data" ]; then
    make_database
fi
database=postgres://heard@127.0.0.1:${port[postgres]}/heard
# In the environment, where other users of this machine do not see it.
PGPASSWORD=$(cat "$data/secret") || fail "the database's password is gone: $data/secret"
export PGPASSWORD

start_postgres || exit 1
[ ! -e "$data/unfinished" ] || fill_database
start_nats || exit 1
start_relay relay-1 || exit 1
start_relay relay-2 || exit 1
start_nginx || exit 1

say "
  Heard is running, on two relays.

    Chat page  $url/chat/$(cat "$data/site")
    Console    $url/console/
    Relays     http://127.0.0.1:${port[relay-1]}/readyz
               http://127.0.0.1:${port[relay-2]}/readyz

  Sign in to the console as

$(sed 's/^/    /' "$data/sign-in")

  Restart the relays one by one:  $(printf %q "$here/restart.sh") $shown
  Kill one and see what happens:  kill -KILL \$(cat $shown/run/relay-1.pid)
  Logs are in $data/logs. Ctrl-C stops everything.
"

while :; do
    for name in "${!pid[@]}"; do
        running "$name" && continue
        forget "$name"
        case $name in
            nats) say "$name has ended. The relays go on, and hear of each other late; restart.sh brings it back." ;;
            relay-*) say "$name has ended. The other one goes on; restart.sh brings it back." ;;
            *) fail "$name has ended: $(tail -n 1 "$data/logs/$name.log")" ;;
        esac
    done
    if [ -n "$again" ]; then
        again=
        outcome=done
        restart || outcome=failed
        echo "$outcome" >"$data/run/restarted.new" && mv "$data/run/restarted.new" "$data/run/restarted"
    fi
    pause
done
