import ArgumentParser
import BotGateway
import Glibc
import Logging
import Reactor

/// The options that decide which updates are accepted.
struct AccessFlags: ParsableArguments, Sendable {
    // A group's id begins with a minus, so it must not be parsed as an option.
    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Accept updates only from this chat (repeatable)",
            valueName: "id"))
    var allowChat: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Accept updates from this user in any chat (repeatable)", valueName: "id|@name"))
    var allowUser: [String] = []

    @Option(
        help: ArgumentHelp(
            "File of allowed chats and users (repeatable)",
            valueName: "file"),
        completion: .file())
    var allowFile: [String] = []

    @Flag(help: "Print a code that lets in the user who sends it")
    var pair = false

    @Flag(help: "Tell users who aren't allowed their id, once")
    var tellStrangers = false

    @Option(help: .duration("Drop updates older than this"))
    var maxAge = DurationValue.never

    @Flag(help: "Drop the updates pending at Telegram on startup")
    var dropPending = false

    func validate() throws {
        // Telegram's dates are whole seconds.
        guard maxAge.duration.map({ $0 >= .seconds(1) }) ?? true else {
            throw ValidationError("--max-age must be at least 1s, or 'never'.")
        }
    }
}

extension AccessFlags {
    /// The allow-list from the options and the current contents of the files; nil if anyone is allowed.
    @MainActor func allowList() throws(Failure) -> AllowList? {
        guard !allowChat.isEmpty || !allowUser.isEmpty || !allowFile.isEmpty || pair else { return nil }
        var list = AllowList()
        for text in allowChat {
            list.add(try entry(of: "--allow-chat", text, AllowList.Entry.init(chat:)))
        }
        for text in allowUser {
            list.add(try entry(of: "--allow-user", text, AllowList.Entry.init(user:)))
        }
        for file in allowFile {
            let bytes: [UInt8]
            do throws(SystemError) {
                // A pipe can't be reread on SIGHUP, and reading one would block.
                bytes = try File.read(file, onlyRegular: true)
            } catch {
                throw Failure(.noInput, "--allow-file \(error)")
            }
            do throws(AllowList.MalformedLine) {
                try list.add(file: bytes)
            } catch {
                throw Failure(.malformedInput, "--allow-file \(file), \(error)")
            }
        }
        return list
    }

    @MainActor private func entry(
        of option: String, _ text: String,
        _ read: (String) throws(AllowList.Entry.Malformed) -> AllowList.Entry
    ) throws(Failure) -> AllowList.Entry {
        do throws(AllowList.Entry.Malformed) {
            return try read(text)
        } catch {
            throw Failure(.validationFailure, "Invalid \(option) '\(text)': it must be \(error)")
        }
    }

    /// Logs the size of the allow-list, or that there is none.
    ///
    /// - Parameter paired: the users in it who were paired.
    @MainActor func log(_ list: AllowList?, _ paired: PairedUsers, to log: Logger) {
        guard let list else {
            if tellStrangers {
                log.warning("--tell-strangers has no effect: without an allow-list, there are no strangers")
            }
            return log.info(
                "no allow-list: anyone can use this bot; limit access with --allow-chat, --allow-user, --allow-file or --pair"
            )
        }
        guard !list.isEmpty || pair else {
            return log.warning(
                "the allow-list is empty, so every update is dropped; add chats or users with --allow-file or --pair"
            )
        }
        let origin = paired.place.map { " (\(paired.list.userCount.counted("user")) from \($0))" } ?? ""
        log.info(
            "allow-list: \(list.chats.count.counted("chat")) and \(list.userCount.counted("user"))\(origin)")
    }
}
