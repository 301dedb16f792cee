#!/bin/sh
# Hands each message back in two calls, with all its keys as they came: on the line itself, and in params.
# What it reads stands in $TRANSCRIPTS, in a file for each chat.
export LC_ALL=C
tee -a "$TRANSCRIPTS/$PIPEGRAM_CHAT_ID" | sed -u -n \
    's/^{"type":"telegram.message",\(.*\)$/{"type":"telegram.take_back",\1\n{"type":"telegram.take_back","params":&,"id":"x"}/p'
