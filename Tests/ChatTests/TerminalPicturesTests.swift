import Reactor
import TestSupport
import Testing

@testable import Chat

@Suite struct TerminalPicturesTests: Rigged {
    let rig: TestRig
    /// The first bytes of a PNG.
    private let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    init() throws { rig = try TestRig() }

    /// The result of drawing an image; `nothing` for nil.
    private func drawn(_ path: String, _ kind: Terminal.Pictures) -> String {
        let pictures = TerminalPictures(kind, searchPath: "\(files.path):/usr/bin:/bin", on: loop)
        var result: String?
        pictures.draw(path) { result = $0 ?? "nothing" }
        #expect(wait { result != nil })
        return result ?? ""
    }

    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("fooba", "Zm9vYmE=")])
    func `base64 is encoded as in RFC 4648`(_ text: String, _ expected: String) {
        #expect(Base64.text(Array(text.utf8)) == Array(expected.utf8))
    }

    @Test func `a PNG is sent to kitty in pieces of 4,096, and scaled down if it is wide`() {
        let wide: [UInt8] = [0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 4, 0, 0, 0, 0, 9]
        let path = files.write("a.jpg", png + wide + [UInt8](repeating: 0, count: 4000))
        let pieces = drawn(path, .kitty).split(separator: "\u{1B}\\")
        #expect(pieces.count == 2)
        #expect(pieces[0].hasPrefix("\u{1B}_Gf=100,a=T,q=2,c=40,m=1;iVBORw0KGgo"))
        #expect(pieces[0].split(separator: ";")[1].count == 4096)
        #expect(pieces[1].hasPrefix("\u{1B}_Gm=0;"))
        let narrow: [UInt8] = [0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 9, 0, 0, 0, 9, 0]
        let icon = files.write("icon", png + narrow)
        let drawing = drawn(icon, .kitty)
        #expect(drawing.hasPrefix("\u{1B}_Gf=100,a=T,q=2,m=0;"))
    }

    @Test func `any other image is drawn by a converter in PATH, if it succeeds`() {
        files.write("img2sixel", "#!/bin/sh\nprintf 'sixels\\nof %s' \"${3##*/}\"\n")
        files.write("chafa", "#!/bin/sh\nexit 1\n")
        let path = files.write("cat.jpg", "cat")
        #expect(drawn(path, .sixel) == "sixels\nof cat.jpg")
        #expect(drawn(path, .kitty) == "nothing")
        #expect(drawn(path, .none) == "nothing")
    }

    @Test func `a converter that crashes draws nothing`() {
        files.write("img2sixel", "#!/bin/sh\necho half\nkill -SEGV $$\n")
        #expect(drawn(files.write("cat.jpg", "cat"), .sixel) == "nothing")
    }

    @Test(arguments: [
        (["TERM=xterm-kitty"], Terminal.Pictures.kitty),
        (["TERM=xterm-256color", "KITTY_WINDOW_ID=1"], .kitty),
        (["TERM=xterm-256color", "TERM_PROGRAM=WezTerm"], .kitty), (["TERM=xterm-256color"], nil),
        (["TERM=tmux-256color", "KITTY_WINDOW_ID=1"], Terminal.Pictures.none),
        (["TERM=xterm-kitty", "TMUX=/tmp/x"], Terminal.Pictures.none),
        (["TERM=dumb"], Terminal.Pictures.none),
        ([], Terminal.Pictures.none),
    ])
    func `the environment decides which images a terminal supports, or leaves it open`(
        _ environment: [String], _ expected: Terminal.Pictures?
    ) {
        func value(_ name: String) -> String? {
            environment.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
        }
        #expect(Terminal.pictures(environment: value) == expected)
    }
}
