import Testing

@testable import BotAPI

@Suite struct MethodsTests {
    @Test(arguments: [
        ("sendPhoto", "photo"), ("sendMediaGroup", "media"), ("sendPoll", "options"),
        ("answerInlineQuery", "results"), ("sendRichMessage", "rich_message"),
        ("setStickerSetThumbnail", "thumbnail"),
    ])
    func `a parameter that carries a file is known`(method: String, parameter: String) {
        #expect(Methods.mayCarryFile(parameter, of: method))
    }

    @Test(arguments: [
        ("sendMessage", "text"), ("sendPhoto", "caption"), ("setStickerPositionInSet", "sticker"),
        ("sendHologram", "caption"),
    ])
    func `a parameter that carries none is known`(method: String, parameter: String) {
        #expect(!Methods.mayCarryFile(parameter, of: method))
    }

    @Test(arguments: [("sendHologram", "photo"), ("sendHologram", "hologram"), ("sendPhoto", "negative")])
    func `a parameter of tomorrow may carry a file`(method: String, parameter: String) {
        #expect(Methods.mayCarryFile(parameter, of: method))
    }
}
