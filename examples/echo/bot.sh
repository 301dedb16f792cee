#!/bin/sh
# Says back whatever it is told: one line in, one line out.
while read -r event; do
    text=$(printf '%s' "$event" | jq -c 'select(.type == "telegram.message") | .text // empty')
    [ -n "$text" ] || continue
    printf '{"type":"telegram.send_message","text":%s}\n' "$text"
done
