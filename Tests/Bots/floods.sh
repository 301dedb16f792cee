#!/bin/sh
# Writes endlessly in chat 42; echoes in other chats.
[ "$PIPEGRAM_CHAT_ID" = 42 ] || exec "${0%/*}/echo.sh"
read -r scope
read -r event
exec yes '{"type":"telegram.send_message","text":"more and more and more and more"}'
