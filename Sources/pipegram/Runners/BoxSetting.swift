import BotGateway
import Reactor

/// The box that `--box` asks for.
@MainActor struct BoxSetting {
    let box: Box
    let warnings: [String]

    /// Nil without `--box`.
    ///
    /// - Parameters:
    ///   - directory: the template in `--workdir`.
    ///   - secrets: what children must not see, besides the credentials of systemd.
    init?(
        _ mode: BoxMode?, for program: Program, directory: String?, hiding secrets: [BoxContents.Secret]
    ) throws(Box.Refusal) {
        guard let mode, mode != .off else { return nil }
        guard let bwrap = try? Program(["bwrap"], searchPath: Environment.searchPath).absolutePath else {
            throw Box.Refusal(
                description: "--box needs bwrap, which isn't installed: apt-get install bubblewrap")
        }
        let credentials = Environment.variable("CREDENTIALS_DIRECTORY").map {
            [BoxContents.Secret($0, "the directory of credentials")]
        }
        let contents = try BoxContents(
            for: program, directory: directory, secrets: secrets + (credentials ?? []),
            home: Environment.variable("HOME"), searchPath: Environment.searchPath)
        box = Box(by: bwrap, sharingNetwork: mode == .net, contents: contents)
        warnings = contents.warnings
    }

    /// Throws if no child could be started in a box.
    func check(for program: Program) throws(Box.Refusal) {
        try box.check(for: program, isService: Environment.variable("INVOCATION_ID") != nil)
    }
}

extension RunCommand {
    /// What children must not see.
    @MainActor var secrets: [BoxContents.Secret] {
        let state = deliveryFlags.stateFlags
        let places = [
            ("the state directory", state.isURL || deliveryFlags.noState ? nil : try? state.path(bot: nil)),
            ("the token file", server.tokenFlags.tokenFile), ("the record", recordFlags.record),
        ]
        return places.compactMap { name, path in path.map { BoxContents.Secret($0, name) } }
    }
}
