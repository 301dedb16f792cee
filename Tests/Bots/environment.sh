#!/bin/sh
# Writes down what it was started with, in $TRANSCRIPTS.
read -r scope
env >"$TRANSCRIPTS/environment"
ulimit -n >"$TRANSCRIPTS/descriptors"
ls /proc/self/fd >"$TRANSCRIPTS/open"
printf '{"type":"telegram.send_message","text":"ready"}\n'
while read -r line; do :; done
