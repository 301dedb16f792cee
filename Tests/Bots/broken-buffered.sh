#!/bin/sh
# The stdout of its jq is buffered.
jq -c 'select(.type == "telegram.message") | {type: "telegram.send_message", text: (.text // "?")}'
