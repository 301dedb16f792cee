#!/bin/bash
# Puts a text between quotes without escaping it.
while read -r line; do
    text=$(jq -r 'select(.type == "telegram.message") | .text // empty' <<<"$line")
    [ -z "$text" ] || printf '{"type":"telegram.send_message","text":"%s"}\n' "$text"
done
