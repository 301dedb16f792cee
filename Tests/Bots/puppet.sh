#!/bin/sh
# Writes down what it reads, and prints the text of each message: the test says what it calls.
tee -a "$TRANSCRIPTS/$PIPEGRAM_CHAT_ID" | jq --unbuffered -r 'select(.type == "telegram.message") | .text'
