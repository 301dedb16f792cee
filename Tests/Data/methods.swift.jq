# Generates the tables in Sources/BotAPI/Methods.swift from a list of the Bot API's methods; docs/contributing.md
# describes the list.
def has(name): .params | map(.name) | index(name) != null;
# `required_until` marks a parameter that newer versions require only in some calls: it keeps its default.
def requires(name): .params | map(select(.name == name and (.required or .required_until))) | length > 0;
def table(name; type): "    private static let \(name): \(type) = [", .[], "    ]";
.methods
| (map([.file_params[].param]) | add | unique) as $files
| ( map( [ if requires("chat_id") then ".chat"
           elif has("chat_id") and has("inline_message_id") then ".chatUnlessInline" else empty end,
           if requires("business_connection_id")
               or (has("business_connection_id") and (requires("chat_id") or has("inline_message_id")))
           then ".businessConnection" else empty end,
           if requires("chat_id") and has("message_thread_id") then ".topic" else empty end,
           if requires("chat_id") and has("direct_messages_topic_id") then ".directMessages" else empty end ] as $defaults
         | select($defaults | length > 0)
         | "        \"\(.name)\": [\($defaults | join(", "))]," )
    | table("defaults"; "[String: Defaults]") ),
  "",
  ( map( select(.file_params | length > 0)
         | "        \"\(.name)\": [\([.file_params[].param | "\"\(.)\""] | unique | join(", "))]," )
    | table("files"; "[String: Set<String>]") ),
  "",
  ( (map(.params[].name) | unique) - $files | map("        \"\(.)\",") | table("otherParameters"; "Set<String>") ),
  "",
  ( map(.file_params[].paths // [] | .[].path | split(".") | last) | unique
    | ["    static let fileKeys: Set<String> = [\(map("\"\(.)\"") | join(", "))]"] | .[] ),
  "",
  ( map("        \"\(.name)\",") | table("names"; "Set<String>")
    | sub("private static"; "package nonisolated static") )
