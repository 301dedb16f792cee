#!/bin/sh
# Loops forever after the end of stdin.
while :; do
    read -r line
    case $line in
    *'"type":"telegram.message"'*) echo '{"type":"telegram.send_message","text":"hello"}' ;;
    esac
    line=
done
