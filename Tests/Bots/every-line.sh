#!/bin/sh
# Answers each message with a line of every type, the last one an acknowledgement, and reads the results of its calls.
while read -r line; do
    case $line in
    *'"type":"telegram.wake"'*)
        id=${line#*'"update_id":'}
        echo '{"type":"telegram.ack","update_id":'"${id%%,*}}"
        ;;
    *'"type":"telegram.message"'*)
        id=${line#*'"update_id":'}
        cat <<END
{"type":"telegram.keep_alive","seconds":0.1}
{"type":"telegram.state","value":{"seen":${id%%,*}}}
{"type":"telegram.wake","at":1,"value":null}
{"type":"telegram.wake","at":4102444800}
{"type":"telegram.send_message","text":"hello","id":1}
{"type":"telegram.send_dice"}
{"type":"telegram.send_poll","params":{"question":"?","options":[],"type":"quiz"},"id":"refused"}
{"type":"telegram.send_contact","phone_number":"1","first_name":"x","id":"lost"}
{"type":"telegram.download_file","file_id":"AgAC","id":"file"}
{"type":"telegram.send_photo","photo":"file:///no/such/file","id":1.5}
{"type":"telegram.ack","update_id":${id%%,*}}
END
        ;;
    esac
done
