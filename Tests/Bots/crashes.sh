#!/bin/sh
# Complains and dies of its first event.
read -r scope
read -r event
echo 'cannot go on' >&2
exit 3
