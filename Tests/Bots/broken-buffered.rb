#!/usr/bin/env ruby
# Its stdout is buffered.
require "json"

$stdin.each_line do |line|
  event = JSON.parse(line)
  next unless event["type"] == "telegram.message"

  puts JSON.generate(type: "telegram.send_message", text: event["text"] || "?")
end
