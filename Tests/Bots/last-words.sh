#!/bin/sh
# Says good-bye on telegram.disconnect, with the reason.
while read -r line; do
    case $line in
    *'"type":"telegram.disconnect"'*)
        reason=${line##*'"reason":"'}
        printf '{"type":"telegram.send_message","text":"bye: %s"}\n' "${reason%%\"*}"
        ;;
    *'"type":"telegram.message"'*) printf '{"type":"telegram.send_message","text":"hello"}\n' ;;
    esac
done
