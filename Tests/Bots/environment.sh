#!/bin/sh
# Saves its environment, descriptors and limits in $TRANSCRIPTS.
read -r scope
env >"$TRANSCRIPTS/environment"
tr '\0' '\n' <"/proc/$PPID/environ" | grep -v ^MY_TOKEN= >"$TRANSCRIPTS/parent"
ulimit -n >"$TRANSCRIPTS/descriptors"
ls /proc/self/fd >"$TRANSCRIPTS/open"
printf '{"type":"telegram.send_message","text":"ready"}\n'
while read -r line; do :; done
