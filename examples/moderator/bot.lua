#!/usr/bin/env lua5.4
-- Moderates a group as an administrator: deletes links and warns their senders, mutes a user at the third
-- warning, greets new members and bans new bots. The number of warnings per user is its state.
local json = require("cjson")
io.stdout:setvbuf("line")

local function say(method, parameters)
  parameters.type = "telegram." .. method
  print(json.encode(parameters))
end

local function has_link(message)
  for _, entity in ipairs(message.entities or message.caption_entities or {}) do
    if entity.type == "url" or entity.type == "text_link" then return true end
  end
end
local warnings = {}
for line in io.lines() do
  local event = json.decode(line)
  if event.type == "telegram" then warnings = event.state or {} end
  local is_message = event.type == "telegram.message" or event.type == "telegram.edited_message"
  for _, member in ipairs(is_message and event.new_chat_members or {}) do
    local id = string.format("%d", member.id) -- cjson rounds numbers with more than 14 digits
    if not member.is_bot then
      say("send_message", { text = "Welcome, " .. member.first_name .. "! No links here, please." })
    elseif id ~= os.getenv("PIPEGRAM_BOT_ID") then
      say("ban_chat_member", { user_id = id })
    end
  end
  if is_message and has_link(event) and event.from and not event.sender_chat then -- skips anonymous administrators
    local id = string.format("%d", event.from.id)
    warnings[id] = (warnings[id] or 0) % 3 + 1
    say("state", { value = warnings })
    say("delete_message", { message_id = event.message_id })
    say("send_message", { text = event.from.first_name .. ", no links! Warning " .. warnings[id] .. " of 3" })
    if warnings[id] == 3 then
      say("restrict_chat_member", { user_id = id, permissions = { can_send_messages = false } })
    end
  end
end
