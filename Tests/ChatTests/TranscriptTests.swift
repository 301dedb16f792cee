import JSON
import Testing

@testable import Chat
@testable import TelegramSimulator

@Suite struct TranscriptTests {
    let conversation = Conversation(with: SimulatedTelegram(strictness: .strict) { 1_700_000_000 })
    let script = Transcript(for: .script, bot: SimulatedTelegram.demoBot)
    let person = Transcript(for: .person(styled: false), bot: SimulatedTelegram.demoBot)

    private func message(_ text: String, chat: Int64 = 42) -> JSON {
        ["message_id": 5, "chat": ["id": JSON(chat)], "text": JSON(text)]
    }

    @Test func `a script gets only the text, and a user also the sender and the number`() {
        #expect(script.lines(of: .message(message("a\nb")), in: conversation) == ["a", "b"])
        #expect(person.lines(of: .message(message("a\nb")), in: conversation) == ["#5 Demo: a", "   b"])
        #expect(script.lines(of: .edited(message("a")), in: conversation) == ["edited: a"])
        #expect(person.lines(of: .edited(message("a")), in: conversation) == ["#5 Demo: edited: a"])
    }

    @Test func `messages in another chat name the chat`() throws {
        _ = try conversation.execute(.switchUser(name: "Bob", username: nil))
        #expect(script.lines(of: .message(message("a")), in: conversation) == ["You: a"])
        #expect(person.lines(of: .message(message("a")), in: conversation) == ["#5 Demo (You): a"])
        #expect(script.lines(of: .message(message("a", chat: 43)), in: conversation) == ["a"])
    }

    @Test func `a rich message is shown as text, and a draft by its last line`() {
        var rich = message("")
        rich.remove("text")
        let item: JSON = [
            "label": "1.",
            "blocks": [["type": "paragraph", "text": ["c ", ["type": "bold", "text": "d"]]]],
        ]
        let table: JSON = ["type": "table", "cells": [[["text": "e"], ["text": "f"]]]]
        let link: JSON = ["type": "url", "text": "g", "url": "https://t.me/"]
        let blocks: JSON = [
            ["type": "heading", "size": 2, "text": "a\nb"], ["type": "list", "items": [item]], table,
            ["type": "details", "summary": link, "blocks": [["type": "pre", "text": "h\ni"]]],
            ["type": "photo", "caption": ["text": "j", "credit": "k"]],
        ]
        rich.set("rich_message", ["blocks": blocks])
        #expect(
            script.lines(of: .message(rich), in: conversation) == [
                "## a b", "1. c d", "| e | f |", "▸ g (https://t.me/)", "      h", "      i", "[photo]", "j",
                "— k",
            ])
        let draft = BotAction.draft(["draft_id": 1, "text": "a\nb c", "can_stop": true], chat: 42)
        #expect(person.lines(of: draft, in: conversation) == ["· Demo writes b c [Stop]"])
        #expect(script.lines(of: draft, in: conversation).isEmpty)
    }

    @Test func `callback answers differ from alerts, and empty ones aren't shown`() {
        var answer: JSON = ["callback_query_id": "1", "text": "ok"]
        #expect(script.lines(of: .callbackAnswer(answer, person: 42), in: conversation) == ["answer: ok"])
        answer.set("show_alert", true)
        #expect(script.lines(of: .callbackAnswer(answer, person: 42), in: conversation) == ["alert: ok"])
        #expect(
            script.lines(of: .callbackAnswer(answer, person: 43), in: conversation) == [
                "alert for user 43: ok"
            ])
        #expect(
            script.lines(of: .callbackAnswer(["callback_query_id": "1"], person: 42), in: conversation)
                .isEmpty)
    }

    @Test func `deletions, reactions and inline results are shown`() {
        #expect(
            script.lines(of: .deleted(chat: 42, messages: [2, 3]), in: conversation) == ["deleted: #2, #3"])
        let reaction: JSON = [
            "chat": ["id": 42], "message_id": 1, "reaction": [["type": "emoji", "emoji": "👍"]],
        ]
        #expect(script.lines(of: .reaction(reaction), in: conversation) == ["reaction to #1: 👍"])
        #expect(person.lines(of: .reaction(reaction), in: conversation) == ["· Demo reacts to #1: 👍"])
        let results: JSON = ["results": [["title": "Cat", "description": "an animal"], ["title": "Dog"]]]
        #expect(
            script.lines(of: .inlineResults(results, person: 42), in: conversation) == [
                "[1] Cat – an animal", "[2] Dog",
            ])
    }

    @Test func `text from others can't control the terminal`() throws {
        let evil = "\u{1B}[2J\u{7}"
        let answer: JSON = ["text": JSON(evil)]
        let lines =
            person.lines(of: .message(message(evil)), in: conversation)
            + person.lines(of: .callbackAnswer(answer, person: 42), in: conversation)
            + person.stderr(evil) + person.error(evil) + person.remark(evil)
        #expect(lines.count == 5)
        for line in lines { #expect(!line.unicodeScalars.contains { $0.value < 0x20 }, "\(line)") }
    }

    @Test func `an answer to a widget is shown`() {
        let answer: JSON = ["widget_query_id": "1", "data": "ok"]
        #expect(
            script.lines(of: .widgetAnswer(answer, person: 42), in: conversation) == ["widget answer: ok"])
    }

    @Test func `the answers to a payment are shown, with the bot's reason`() {
        func lines(_ answer: JSON, by person: Int64 = 42) -> [String] {
            script.lines(of: .checkoutAnswer(answer, person: person), in: conversation)
        }
        #expect(lines(["ok": "true"]) == ["payment confirmed"])
        #expect(lines(["ok": false, "error_message": "sold out"]) == ["payment refused: sold out"])
        #expect(lines(["ok": true], by: 5) == ["payment confirmed for user 5"])
        let options: JSON = [
            "ok": true, "shipping_options": [["id": "1", "title": "Post"], ["title": "Bike"]],
        ]
        let shown = script.lines(of: .shippingAnswer(options, person: 42), in: conversation)
        #expect(shown == ["shipping: Post, Bike"])
    }

    @Test func `colours are used only if enabled`() {
        let styled = Transcript(for: .person(styled: true), bot: SimulatedTelegram.demoBot)
        #expect(styled.error("no") == ["\u{1B}[31m! no\u{1B}[0m"])
        #expect(person.error("no") == ["! no"])
    }
}
