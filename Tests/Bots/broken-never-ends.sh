#!/bin/sh
# Goes round and round when its stdin has ended.
while :; do
    read -r line
    case $line in
    *'"type":"telegram.message"'*) echo '{"type":"telegram.send_message","text":"hello"}' ;;
    esac
    line=
done
