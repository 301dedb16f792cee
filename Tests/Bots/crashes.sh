#!/bin/sh
# Crashes on its first event, with a message on stderr.
read -r scope
read -r event
echo 'cannot go on' >&2
exit 3
