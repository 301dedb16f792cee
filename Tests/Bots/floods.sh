#!/bin/sh
# Never stops writing, in the chat 42; elsewhere it echoes.
[ "$PIPEGRAM_CHAT_ID" = 42 ] || exec "${0%/*}/echo.sh"
read -r scope
read -r event
exec yes '{"type":"telegram.send_message","text":"more and more and more and more"}'
