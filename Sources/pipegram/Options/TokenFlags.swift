import ArgumentParser
import BotAPI
import Glibc
import Reactor

/// Where to read the token. Never from an argument, which every user of the machine can read in /proc.
struct TokenFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "File with the token (default: $TELEGRAM_BOT_TOKEN)",
            valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @MainActor func token() throws -> BotToken {
        let (text, place) = try find()
        do {
            return try BotToken(text)
        } catch {
            throw Failure(.noPermission, BotToken.explanation(of: text, in: place))
        }
    }

    /// The token's unparsed text, and the place where it was found.
    @MainActor func find() throws -> (text: String, place: String) {
        // Children are processes of the same user.
        OwnProcess.hide()
        if let tokenFile { return (try read(tokenFile), tokenFile) }
        if let directory = Environment.variable("CREDENTIALS_DIRECTORY"),
            access("\(directory)/token", F_OK) == 0
        {
            return (try read("\(directory)/token"), "\(directory)/token")
        }
        if let text = Environment.variable("TELEGRAM_BOT_TOKEN") {
            erase("TELEGRAM_BOT_TOKEN")
            return (text, "$TELEGRAM_BOT_TOKEN")
        }
        throw Failure(
            .noPermission,
            """
            no bot token: get one from @BotFather on Telegram, and pass it with --token-file FILE, in \
            $CREDENTIALS_DIRECTORY/token, or in the variable TELEGRAM_BOT_TOKEN
            """)
    }

    /// Overwrites a variable in place, because a child could read it in /proc/PID/environ.
    private func erase(_ name: String) {
        guard let value = getenv(name) else { return }
        memset(value, Int32(UInt8(ascii: "x")), strlen(value))
        unsetenv(name)
    }

    @MainActor private func read(_ path: String) throws -> String {
        do {
            return String(decoding: try File.read(path), as: UTF8.self)
        } catch {
            throw Failure(.noInput, "\(error)")
        }
    }
}
