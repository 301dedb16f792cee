#!/bin/sh
# A byte order mark stands before its first line.
while read -r line; do :; done
