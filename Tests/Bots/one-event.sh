#!/bin/sh
# Answers one event and exits, the way of CGI; the next event starts the next one.
read -r scope
read -r line
text=${line##*'"text":"'}
printf '{"type":"telegram.send_message","text":"%s"}\n' "${text%%\"*}"
