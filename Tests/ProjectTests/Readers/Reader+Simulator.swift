import JSON
import TestSupport

@testable import BotAPI
@testable import Chat
@testable import TelegramSimulator

extension Reader {
    /// A keyboard is the same as an object and as text, and what it has is shown.
    nonisolated static let keyboards = Reader(
        "keyboards",
        samples: [
            #"{"inline_keyboard":[[{"text":"a","callback_data":"b"},{"text":"c","url":"t.me/x"}],[]]}"#,
            #"{"inline_keyboard":[[{"text":"a","web_app":{"url":"https://a.b"}},{"text":"c","copy_text":{"text":"d"}}]]}"#,
            #"{"keyboard":[["a",{"text":"b","request_contact":true}]],"one_time_keyboard":true}"#,
            #"{"remove_keyboard":true,"selective":false}"#, #"{"force_reply":true}"#,
        ]
    ) { bytes in
        // A string is taken for the text of a keyboard, and so isn't the same as its own text.
        guard let json = try? JSON(parsing: bytes), json.string == nil else { return .refused }
        let markup = Result { () throws(BotAPIError) in try ReplyMarkup(Arguments(["reply_markup": json])) }
        let again = Result { () throws(BotAPIError) in
            try ReplyMarkup(Arguments(["reply_markup": JSON(json.description)]))
        }
        switch (markup, again) {
        case (.success(let markup), .success(let again)):
            guard markup?.inlineKeyboard == again?.inlineKeyboard else {
                return .fault("as text it is another")
            }
            let lines = MessageButtons(of: json).lines(styled: false)
            guard lines.count <= 301 else { return .fault("\(lines.count) rows") }
            return markup == nil ? .refused : .read
        case (.failure(let error), .failure(let other)):
            return error.code == 400 && error.reason == other.reason ? .refused : .fault("\(error)")
        default: return .fault("as text it is another: \(markup)")
        }
    }

    /// An order for a fault means the same when it is ordered again as it is listed.
    nonisolated static let faultOrders = Reader(
        "fault-orders",
        samples: [
            #"{"method":"sendMessage","chat_id":42,"times":2,"fault":"too_many_requests","retry_after":3}"#,
            #"{"fault":"error","error_code":400,"description":"Bad Request: x","parameters":{"a":1}}"#,
            #"{"fault":"close_after_bytes","bytes":9,"method":"file"}"#, #"{"fault":"html","status":"502"}"#,
            #"{"delay":0.5,"times":"3"}"#, #"{"migrate_to_chat_id":-1001}"#,
            #"{"fault":"error","error_code":599,"description":"any text is allowed here, however long it may be"}"#,
            #"{"fault":"flood_wait","retry_after":86400}"#,
        ]
    ) { bytes in
        guard let json = try? JSON(parsing: bytes), json.isObject else { return .refused }
        do throws(BotAPIError) {
            let order = try FaultOrder(Arguments(json))
            var listed = order.fault.json
            order.method.map { listed.set("method", JSON($0)) }
            let again = try FaultOrder(Arguments(listed))
            return again.fault.json == order.fault.json ? .read : .fault("\(listed) is \(again.fault.json)")
        } catch {
            return error.code == 400 ? .refused : .fault("\(error)")
        }
    }

    /// Whatever is called, the answer is one that Telegram could give. `method {…}` is the bot's, `/action {…}` a
    /// person's.
    nonisolated static let simulatedCalls = Reader(
        "simulated-calls",
        samples: [
            #"sendMessage {"chat_id":42,"text":"*a*","parse_mode":"Markdown","reply_parameters":{"message_id":1}}"#,
            #"editMessageText {"chat_id":"42","message_id":2,"text":"new"}"#,
            #"sendPoll {"chat_id":42,"question":"?","options":["a",{"text":"b"}],"type":"quiz","correct_option_id":1}"#,
            #"sendMediaGroup {"chat_id":42,"media":[{"type":"photo","media":"https://a.b/c.png"}]}"#,
            #"copyMessages {"chat_id":42,"from_chat_id":42,"message_ids":[1,2,9223372036854775807]}"#,
            #"/pressButton {"button":1,"message_id":2}"#, #"/createUser {"id":77,"first_name":"x"}"#,
            #"/createGroup {"title":"x","id":-1001000000005,"is_forum":true}"#,
            #"/setMessageReaction {"message_id":2,"reaction":"👍"}"#,
            #"/sendLocation {"latitude":1.5,"longitude":"2"}"#,
            #"/sendInlineQuery {"query":"x","offset":""}"#,
        ]
    ) { bytes in
        let words = bytes.split(separator: 0x20, maxSplits: 1)
        guard words.count == 2, let parameters = try? JSON(parsing: Array(words[1])), parameters.isObject
        else {
            return .refused
        }
        let telegram = SimulatedTelegram(strictness: .strict) { 1_700_000_000 }
        _ = telegram.perform("start", [:], as: 42)
        let keyboard: JSON = ["inline_keyboard": [[["text": "a", "callback_data": "b"]]]]
        _ = telegram.answer("sendMessage", ["chat_id": 42, "text": "x", "reply_markup": keyboard])
        let name = String(decoding: words[0], as: UTF8.self)
        let outcome =
            name.hasPrefix("/")
            ? telegram.perform(String(name.dropFirst()), parameters, as: 42)
            : telegram.answer(name, parameters)
        switch outcome {
        case .success: return .read
        case .failure(let error):
            return 400..<500 ~= error.code && error.reason.contains(": ") ? .refused : .fault("\(error)")
        }
    }
}
