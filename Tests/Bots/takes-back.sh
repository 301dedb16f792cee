#!/bin/sh
# Sends each message back in two calls with all its keys unchanged: at the top level of the line, and in params.
# Appends its input to a file per chat in $TRANSCRIPTS.
export LC_ALL=C
tee -a "$TRANSCRIPTS/$PIPEGRAM_CHAT_ID" | sed -u -n \
    's/^{"type":"telegram.message",\(.*\)$/{"type":"telegram.take_back",\1\n{"type":"telegram.take_back","params":&,"id":"x"}/p'
