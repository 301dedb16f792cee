#!/bin/sh
# Holds each message until a /stop comes, as a coding agent does with a prompt; acknowledges everything else at once.
held=
while read -r line; do
    case $line in
    *'"update_id":'*) ;;
    *) continue ;;
    esac
    id=${line#*'"update_id":'}
    id=${id%%,*}
    case $line in
    *'"text":"/stop"'*)
        for one in $held $id; do printf '{"type":"telegram.ack","update_id":%s,"only":true}\n' "$one"; done
        held= ;;
    *'"text":"hello"'*) held="$held $id" ;;
    *) printf '{"type":"telegram.ack","update_id":%s,"only":true}\n' "$id" ;;
    esac
done
