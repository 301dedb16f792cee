#!/bin/sh
# Answers each type of event in a chat differently; needs only the shell.
part() {
    rest=${line#*"$1"}
    printf '%s' "${rest%%[\",]*}"
}
say() { printf '{"type":"telegram.send_message","text":"%s"}\n' "$1"; }
while read -r line; do
    case $line in
    *'"type":"telegram.callback_query"'*)
        printf '{"type":"telegram.answer_callback_query","callback_query_id":"%s","text":"thanks"}\n' "$(part '"id":"')"
        printf '{"type":"telegram.edit_message_text","message_id":%s,"text":"pressed"}\n' "$(part '"message_id":')"
        ;;
    *'"type":"telegram.edited_message"'*) say "you meant $(part '"text":"')" ;;
    *'"photo":['*) printf '{"type":"telegram.send_photo","photo":"%s"}\n' "$(part '"file_id":"')" ;;
    *'"text":"/menu"'*)
        echo '{"type":"telegram.send_message","text":"What?","reply_markup":{"inline_keyboard":[[{"text":"Yes","callback_data":"y"},{"text":"No","callback_data":"n"}]]}}'
        ;;
    *'"text":"bang"'*)
        echo 'that hurt' >&2
        exit 3
        ;;
    *'"text":"junk"'*) echo junk ;;
    *'"text":"think"'*)
        echo '{"type":"telegram.send_chat_action","action":"typing"}'
        sleep 0.3
        say thought
        ;;
    *'"text":"nothing"'*) say '' ;;
    *'"text":"'*) say "$(part '"text":"')" ;;
    esac
done
