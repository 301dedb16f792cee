#!/bin/sh
# Saves its input, and prints the text of each message as a call: the test supplies the calls.
tee -a "$TRANSCRIPTS/$PIPEGRAM_CHAT_ID" | jq --unbuffered -r 'select(.type == "telegram.message") | .text'
