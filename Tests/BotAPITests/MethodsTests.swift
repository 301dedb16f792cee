import Testing

@testable import BotAPI

@Suite struct MethodsTests {
    @Test(arguments: [
        ("sendPhoto", "photo"), ("sendMediaGroup", "media"), ("sendPoll", "options"),
        ("answerInlineQuery", "results"), ("sendRichMessage", "rich_message"),
        ("setStickerSetThumbnail", "thumbnail"),
    ])
    func `parameters that carry files are known`(method: String, parameter: String) {
        #expect(Methods.mayCarryFile(parameter, of: method))
    }

    @Test(arguments: [
        ("sendMessage", "text"), ("sendPhoto", "caption"), ("setStickerPositionInSet", "sticker"),
        ("sendHologram", "caption"),
    ])
    func `parameters that carry no files are known`(method: String, parameter: String) {
        #expect(!Methods.mayCarryFile(parameter, of: method))
    }

    @Test(arguments: [("sendHologram", "photo"), ("sendHologram", "hologram"), ("sendPhoto", "negative")])
    func `an unknown parameter may carry a file`(method: String, parameter: String) {
        #expect(Methods.mayCarryFile(parameter, of: method))
    }
}
