#!/bin/sh
# Leaves a process behind when it exits.
sleep 321 >/dev/null 2>&1 </dev/null &
while read -r line; do
    case $line in
    *'"type":"telegram.message"'*) echo '{"type":"telegram.send_message","text":"hello"}' ;;
    esac
done
