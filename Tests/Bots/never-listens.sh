#!/bin/sh
# Asks for the result of call after call, and reads none.
read -r scope
read -r event
exec yes '{"type":"telegram.send_message","text":"and?","id":1}'
