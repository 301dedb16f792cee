#!/bin/sh
# Its jq buffers stdout.
jq -c 'select(.type == "telegram.message") | {type: "telegram.send_message", text: (.text // "?")}'
