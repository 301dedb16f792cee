#!/bin/sh
# Makes calls with ids endlessly, and reads no result.
read -r scope
read -r event
exec yes '{"type":"telegram.send_message","text":"and?","id":1}'
