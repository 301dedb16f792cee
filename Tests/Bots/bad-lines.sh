#!/bin/sh
# Prints what a careless bot prints, and then a good line: without its end, for it exits.
read -r scope
read -r event
echo 'Hello, world!'
echo '["an","array"]'
echo '{"text":"no type"}'
echo '{"type":"telegram.sendMessage","text":"camel","id":1}'
printf '{"type":"telegram.send_message","text":"\377","id":2}\n'
echo '{"type":"telegram.send_message","text":"\ud83d","id":3}'
printf '{"type":"telegram.send_message","text":"carriage return"}\r\n'
echo ''
head -c 5000 /dev/zero | tr '\0' x
echo
printf '{"type":"telegram.send_message","text":"half a line"}'
