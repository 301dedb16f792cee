import CEdit
import Glibc

/// The features of the terminal that the program runs in.
package enum Terminal {
    /// A terminal's protocol for pictures.
    package enum Pictures: Equatable {
        case none, kitty, sixel
    }

    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// In columns; 80 if the size is unknown.
    package static func width(of descriptor: Int32 = 1) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// The character's width in columns: 1 or 2, or 0 if it combines with the previous character or isn't printable.
    package static func width(of character: Unicode.Scalar) -> Int {
        if !knowsCharacters {
            edit_use_locale()
            knowsCharacters = true
        }
        return Int(edit_character_width(character.value))
    }

    private static var knowsCharacters = false

    /// Whether colours and bold text may be used: not with NO_COLOR (https://no-color.org) or TERM=dumb.
    package static func mayStyle(_ descriptor: Int32 = 1, environment: (String) -> String?) -> Bool {
        guard isTerminal(descriptor), environment("NO_COLOR") ?? "" == "" else { return false }
        return !["", "dumb"].contains(environment("TERM") ?? "")
    }

    /// The picture protocol according to the environment; nil means: ask the terminal (`LineEditor.askForPictures`).
    ///
    /// None in tmux and screen, which drop pictures.
    package static func pictures(environment: (String) -> String?) -> Pictures? {
        let term = environment("TERM") ?? ""
        let multiplexed = environment("TMUX") != nil || environment("STY") != nil
        if multiplexed || term.hasPrefix("tmux") || term.hasPrefix("screen") || ["", "dumb"].contains(term) {
            return Pictures.none
        }
        if environment("KITTY_WINDOW_ID") != nil || ["xterm-kitty", "xterm-ghostty"].contains(term) {
            return .kitty
        }
        if ["ghostty", "WezTerm"].contains(environment("TERM_PROGRAM") ?? "") { return .kitty }
        return nil
    }
}
