#!/bin/sh
# Asks not to be stopped as idle for one second.
while read -r line; do
    case $line in
    *'"type":"telegram.message"'*)
        printf '{"type":"telegram.keep_alive","seconds":1}\n{"type":"telegram.send_message","text":"kept"}\n' ;;
    esac
done
