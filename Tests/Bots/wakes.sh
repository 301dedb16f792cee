#!/bin/sh
# Schedules an event in $DELAY seconds (default: 1) for each message, with its text, and answers that event with the text.
while read -r line; do
    text=${line##*'"text":"'}
    text=${text%%'"'*}
    case $line in
    *'"type":"telegram.message"'*)
        printf '{"type":"telegram.wake","at":%s,"value":{"text":"%s"}}\n' "$(($(date +%s) + ${DELAY:-1}))" "$text"
        printf '{"type":"telegram.send_message","text":"soon"}\n'
        ;;
    *'"type":"telegram.wake"'*) printf '{"type":"telegram.send_message","text":"%s"}\n' "$text" ;;
    esac
done
