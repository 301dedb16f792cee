#!/usr/bin/env lua5.4
-- Its stdout is buffered.
for line in io.lines() do
  if line:find('"type":"telegram.message"', 1, true) then
    io.write('{"type":"telegram.send_message","text":"hello"}\n')
  end
end
