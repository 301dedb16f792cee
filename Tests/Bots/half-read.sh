#!/bin/sh
# Exits after reading part of its event the first time, and creates $TRANSCRIPTS/died; then it runs transcript.sh.
if [ -e "$TRANSCRIPTS/died" ]; then exec "${0%/*}/transcript.sh"; fi
: >"$TRANSCRIPTS/died"
read -r scope
dd bs=1 count=20 >/dev/null 2>&1
