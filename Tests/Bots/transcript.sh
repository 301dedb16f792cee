#!/bin/sh
# Writes down every line it reads, in $TRANSCRIPTS, in a file for each chat.
while read -r line; do printf '%s\n' "$line" >>"$TRANSCRIPTS/$PIPEGRAM_CHAT_ID"; done
