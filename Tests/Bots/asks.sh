#!/bin/sh
# Answers each message with a numbered call, and appends its result to a file per chat in $TRANSCRIPTS.
number=0
while read -r line; do
    case $line in
    *'"type":"telegram.message"'*)
        number=$((number + 1))
        printf '{"type":"telegram.send_message","text":"%s","id":%s}\n' "$number" "$number"
        ;;
    *'"type":"telegram.result"'*) printf '%s\n' "$line" >>"$TRANSCRIPTS/$PIPEGRAM_CHAT_ID" ;;
    esac
done
