#!/bin/sh
# Answers each message with its text, and edits the answer once its id is known.
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
