# Runs a program until it ends, or until there is nobody left to read from, and then removes its
# folder. Says how it ended: a line with its status. usage: keeper FOLDER PROGRAM [ARGUMENT...]
folder=$1
shift
exec 3<&0
"$@" >"$folder/log" 2>&1 </dev/null 3<&- &
program=$!
(
    cat <&3 >/dev/null
    kill "$program" 2>/dev/null
    tries=0
    while kill -0 "$program" 2>/dev/null && [ "$tries" -lt 40 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
    kill -9 "$program" 2>/dev/null
) &
watcher=$!
wait "$program"
echo "$?"
exec 1>&-
wait "$watcher"
rm -rf "$folder"
