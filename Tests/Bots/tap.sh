#!/bin/sh
# tap.sh DIR PROGRAM…: runs a program and copies its input and output to DIR, in SCOPE.in and SCOPE.out.
# Exits when the program does, with its status. It reads ahead of the program.
name="$1/$(printf %s "$PIPEGRAM_SCOPE" | tr / _)"
shift
mkfifo "$name.$$.stdin" "$name.$$.stdout" || exit 1
exec 3<&0
# Everything that the program has read is in the file: tee writes to its stdout first.
tee "$name.$$.stdin" <&3 >>"$name.in" 3<&- &
feeder=$!
tee -a "$name.out" <"$name.$$.stdout" 3<&- &
collector=$!
# Now only the two tees hold the gateway's pipes.
exec 3<&- </dev/null >/dev/null
"$@" <"$name.$$.stdin" >"$name.$$.stdout"
status=$?
kill "$feeder" 2>/dev/null
wait "$collector"
rm "$name.$$.stdin" "$name.$$.stdout"
exit "$status"
