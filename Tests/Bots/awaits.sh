#!/bin/sh
# Answers each event after a moment and then acknowledges it. Meanwhile it reads on, and it doesn't wait at the end.
while read -r line; do
    case $line in
    *'"update_id":'*)
        id=${line#*'"update_id":'}
        id=${id%%,*}
        (
            sleep 0.3
            printf '{"type":"telegram.send_message","text":"done"}\n'
            printf '{"type":"telegram.ack","update_id":%s}\n' "$id"
        ) &
        ;;
    esac
done
