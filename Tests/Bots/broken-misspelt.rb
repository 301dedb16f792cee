#!/usr/bin/env ruby
# Misspells a method.
require "json"

$stdout.sync = true
$stdin.each_line do |line|
  next unless JSON.parse(line)["type"] == "telegram.message"

  puts JSON.generate(type: "telegram.send_mesage", text: "hello")
end
