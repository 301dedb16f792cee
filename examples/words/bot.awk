#!/usr/bin/env -S mawk -W interactive -f
# Counts the words of a message. When a user edits the message, the bot edits its answer. It gets the answer's id from
# the result of its call: the call's "id" is the message's id. Also works with gawk: gawk -f bot.awk

# The JSON value of a key in the object at the start of json; for an object or array, json from its start on.
function field(json, key,    depth, token) {
    while (match(json, /"([^"\\]|\\.)*"|[][{}]/)) {
        token = substr(json, RSTART, RLENGTH)
        json = substr(json, RSTART + RLENGTH)
        if (token ~ /^[[{]/) depth++
        else if (token ~ /^[]}]/) { if (--depth == 0) return "" }
        else if (depth == 1 && token == "\"" key "\"" && sub(/^ *: */, "", json)) {
            if (match(json, /^("([^"\\]|\\.)*"|[^][{}", ]+)/)) return substr(json, 1, RLENGTH)
            return json
        }
    }
    return ""
}

function count(text,    words, total) {
    text = substr(text, 2, length(text) - 2)
    gsub(/\\\\/, "_", text) # otherwise the n of "C:\\new" looks like a line break
    gsub(/\\[nrt]/, " ", text)
    total = split(text, words, " ")
    return "\"" total (total == 1 ? " word\"" : " words\"")
}

function say(method, rest) { printf "{\"type\":\"telegram.%s\",%s}\n", method, rest; fflush() }

{ type = field($0, "type"); id = field($0, "message_id"); text = field($0, "text") }

type == "\"telegram.message\"" && text != "" {
    say("send_message", "\"text\":" (shown[id] = count(text)) ",\"id\":" id)
}
type == "\"telegram.result\"" && field($0, "ok") == "true" {
    answer[field($0, "id")] = field(field($0, "result"), "message_id")
}
type == "\"telegram.edited_message\"" && (id in answer) && text != "" && count(text) != shown[id] {
    say("edit_message_text", "\"message_id\":" answer[id] ",\"text\":" (shown[id] = count(text)))
}
