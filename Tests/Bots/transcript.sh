#!/bin/sh
# Appends every line it reads to a file per chat in $TRANSCRIPTS.
while read -r line; do printf '%s\n' "$line" >>"$TRANSCRIPTS/$PIPEGRAM_CHAT_ID"; done
