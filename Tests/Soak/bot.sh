#!/bin/sh
# Answers each message with its text, and with "again" behind it if the event is redelivered. For about one event in 400
# it crashes, before or after the answer.
count=0
while read -r line; do
    case $line in
    *'"type":"telegram.message"'*) ;;
    *) continue ;;
    esac
    text=${line##*'"text":"'} text=${text%%\"*}
    case $line in
    *'"redelivered":true}') text="$text again" ;;
    esac
    count=$((count + 1))
    luck=$((($$ * 7919 + count * 104729) % 800))
    if [ $luck = 0 ]; then kill -9 $$; fi
    printf '{"type":"telegram.send_message","text":"%s"}\n' "$text"
    if [ $luck = 1 ]; then exit 1; fi
done
