#!/bin/sh
# Answers each message in MarkdownV2, which is invalid here, and without formatting once that was rejected.
while read -r line; do
    case $line in
    *'"type":"telegram.message"'*)
        echo '{"type":"telegram.send_message","text":"1.5","parse_mode":"MarkdownV2","id":1}' ;;
    *'"ok":false'*) echo '{"type":"telegram.send_message","text":"1.5"}' ;;
    esac
done
