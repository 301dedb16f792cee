#!/bin/sh
# Answers one event and exits, as in CGI; the next event starts a new process.
read -r scope
read -r line
text=${line##*'"text":"'}
printf '{"type":"telegram.send_message","text":"%s"}\n' "${text%%\"*}"
