#!/bin/sh
# Prints text for humans to stdout, which is for calls.
echo "Bot started, waiting for events"
while read -r line; do :; done
