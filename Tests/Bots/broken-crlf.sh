#!/bin/sh
# Its lines end in CR LF.
while read -r line; do :; done
