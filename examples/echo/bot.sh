#!/bin/sh
# Repeats each message. The first line of stdin is the scope, the others are events.
while read -r event; do
    text=$(printf '%s' "$event" | jq -c 'select(.type == "telegram.message") | .text // empty')
    [ -n "$text" ] || continue
    printf '{"type":"telegram.send_message","text":%s}\n' "$text"
done
