#!/usr/bin/env ruby
# A checklist of buttons: "/list milk, eggs" sends one, and a press ticks an item; the last tick completes the
# list. The bot needs no memory, because Telegram sends the keyboard along with each press.
require "json"

$stdin.set_encoding("UTF-8")
$stdout.sync = true

def say(method, **parameters)
  puts JSON.generate({ type: "telegram.#{method}", **parameters })
end

def press(event)
  message = event["message"] || {}
  rows = message.dig("reply_markup", "inline_keyboard") || []
  button = rows.flatten.find { |each| each["callback_data"] == event["data"] }
  # Every press needs an answer: until then the button shows a spinner.
  return say("answer_callback_query", callback_query_id: event["id"], text: "It is gone.") unless button

  ticked = button["text"].start_with?("✅")
  button["text"] = ticked ? button["text"].delete_prefix("✅ ") : "✅ #{button["text"]}"
  say("answer_callback_query", callback_query_id: event["id"], text: button["text"])
  if rows.flatten.all? { |each| each["text"].start_with?("✅") }
    say("edit_message_text", message_id: message["message_id"], text: "All done 🎉")
  else
    keyboard = { inline_keyboard: rows }
    say("edit_message_reply_markup", message_id: message["message_id"], reply_markup: keyboard)
  end
end

$stdin.each_line do |line|
  event = JSON.parse(line)
  case event["type"]
  when "telegram.message"
    items = event["text"].to_s[%r{\A/list(@\w+)?\s(.*)}m, 2].to_s.split(/[,\n]/).map { _1.strip[..99] } - [""]
    rows = items.first(50).map.with_index { |item, number| [{ text: item, callback_data: number.to_s }] }
    say("send_message", text: "To buy:", reply_markup: { inline_keyboard: rows }) if rows.any?
  when "telegram.callback_query" then press(event)
  end
end
