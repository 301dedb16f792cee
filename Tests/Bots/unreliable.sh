#!/bin/sh
# Answers each message with its text and acknowledges it. Appends its input to a file per chat in $TRANSCRIPTS.
# For about one event in $ODDS it crashes before or after the answer, or exits with 0.
count=0
while read -r line; do
    case $line in
    *'"type":"telegram.message"'*) ;;
    *) continue ;;
    esac
    update=${line#*'"update_id":'} update=${update%%,*}
    text=${line##*'"text":"'} text=${text%%\"*}
    case $line in
    *'"redelivered":true}') again=again ;;
    *) again=first ;;
    esac
    printf '%s %s\n' "$update" $again >>"$TRANSCRIPTS/$PIPEGRAM_CHAT_ID"
    count=$((count + 1))
    luck=-1
    if [ "$ODDS" -gt 0 ]; then luck=$((($$ * 7919 + count * 104729) % (ODDS * 3 + 1))); fi
    if [ $luck = 0 ]; then kill -9 $$; fi
    printf '{"type":"telegram.send_message","text":"%s"}\n' "$text"
    if [ $luck = 1 ]; then exit 1; fi
    printf '{"type":"telegram.ack","update_id":%s}\n' "$update"
    if [ $luck = 2 ]; then exit 0; fi
done
