#!/bin/sh
# Counts its events in the scope's state, and sends the count.
read -r scope
case $scope in
*'"state":'*) count=${scope##*'"state":'} count=${count%%[,\}]*} ;;
*) count=0 ;;
esac
while read -r line; do
    case $line in
    *'"type":"telegram.message"'*)
        count=$((count + 1))
        printf '{"type":"telegram.state","value":%s}\n{"type":"telegram.send_message","text":"%s"}\n' $count $count
        ;;
    esac
done
