#!/bin/sh
# Starts with a byte order mark.
while read -r line; do :; done
