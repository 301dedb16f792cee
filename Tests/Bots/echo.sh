#!/bin/sh
# Answers each message with its text; needs only the shell.
while read -r line; do
    case $line in
    *'"type":"telegram.message"'*)
        text=${line##*'"text":"'}
        printf '{"type":"telegram.send_message","text":"%s"}\n' "${text%%\"*}"
        ;;
    esac
done
