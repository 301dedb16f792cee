#!/bin/sh
# tap.sh DIR PROGRAM…: runs a program, and keeps what it reads and what it prints in DIR, in SCOPE.in and SCOPE.out.
# It ends as the program does, and when the program does. It reads ahead of it.
name="$1/$(printf %s "$PIPEGRAM_SCOPE" | tr / _)"
shift
mkfifo "$name.$$.stdin" "$name.$$.stdout" || exit 1
exec 3<&0
# What the program has is in the file: tee writes to its stdout first.
tee "$name.$$.stdin" <&3 >>"$name.in" 3<&- &
feeder=$!
tee -a "$name.out" <"$name.$$.stdout" 3<&- &
collector=$!
# Only the two hold the pipes to the gateway now.
exec 3<&- </dev/null >/dev/null
"$@" <"$name.$$.stdin" >"$name.$$.stdout"
status=$?
kill "$feeder" 2>/dev/null
wait "$collector"
rm "$name.$$.stdin" "$name.$$.stdout"
exit "$status"
