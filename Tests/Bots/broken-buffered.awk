#!/usr/bin/env -S gawk -f
# Its stdout is buffered.
/"type":"telegram.message"/ {
    print "{\"type\":\"telegram.send_message\",\"text\":\"hello\"}"
}
