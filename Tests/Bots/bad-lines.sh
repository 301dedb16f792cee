#!/bin/sh
# In chat 42, prints the lines of $TRANSCRIPTS/lines and saves the events it gets about them. In chats 43 and 44,
# exits without ending its line, which in 44 is valid JSON nevertheless.
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
