#!/bin/sh
# Prints the lines in $TRANSCRIPTS/lines, and writes down what it is told of them; in chat 43 and 44 it exits in
# the middle of a line, which is all the same good JSON in 44.
read -r scope
read -r event
case $PIPEGRAM_CHAT_ID in
42)
    cat "$TRANSCRIPTS/lines"
    cat >"$TRANSCRIPTS/read"
    ;;
43) printf '{"type":"telegram.send_message","id":8,"text":"hal' ;;
44) printf '{"type":"telegram.send_message","text":"half a line"}' ;;
esac
