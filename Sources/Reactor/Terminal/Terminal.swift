import CEdit
import Glibc

/// What the terminal that the program was started in can do.
package enum Terminal {
    /// How a terminal takes pictures.
    package enum Pictures: Equatable {
        case none, kitty, sixel
    }

    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Columns; 80 where nobody says.
    package static func width(of descriptor: Int32 = 1) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Columns that a character takes: 0 where it joins the one before it or can't be printed, 1 or 2.
    package static func width(of character: Unicode.Scalar) -> Int {
        if !knowsCharacters {
            edit_use_locale()
            knowsCharacters = true
        }
        return Int(edit_character_width(character.value))
    }

    private static var knowsCharacters = false

    /// Whether colours and bold text may be used: https://no-color.org, TERM=dumb.
    package static func mayStyle(_ descriptor: Int32 = 1, environment: (String) -> String?) -> Bool {
        guard isTerminal(descriptor), environment("NO_COLOR") ?? "" == "" else { return false }
        return !["", "dumb"].contains(environment("TERM") ?? "")
    }

    /// What the environment says of pictures; nil: ask the terminal (`LineEditor.askForPictures`).
    ///
    /// None in tmux and screen, which swallow them.
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
