#!/bin/sh
# Sends each message back, and edits that answer as soon as it knows its id.
while read -r line; do
    case $line in
    *'"type":"telegram.message"'*)
        text=${line##*'"text":"'}
        printf '{"type":"telegram.send_message","text":"%s","id":"%s"}\n' "${text%%\"*}" "${text%%\"*}"
        ;;
    *'"type":"telegram.result"'*)
        message=${line##*'"message_id":'}
        printf '{"type":"telegram.edit_message_text","message_id":%s,"text":"edited"}\n' "${message%%,*}"
        ;;
    esac
done
