#!/bin/sh
# Prints words for people where calls belong.
echo "Bot started, waiting for events"
while read -r line; do :; done
