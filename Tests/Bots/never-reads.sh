#!/bin/sh
# Takes the first line of what it is given, and then nothing any more, in the chat 42; elsewhere it echoes.
[ "$PIPEGRAM_CHAT_ID" = 42 ] || exec "${0%/*}/echo.sh"
read -r scope
while :; do sleep 0.05; done
