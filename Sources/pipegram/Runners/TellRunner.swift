import ArgumentParser
import BotGateway
import Glibc
import JSON
import Reactor

/// Runs `tell`: through the running gateway, else straight into its journal.
@MainActor final class TellRunner {
    private let told: Told
    private let scope: String
    private let value: JSON
    private let place: String
    private let loop: EventLoop
    private var client: ControlClient?
    private var result: Result<ExitCode, Failure>?

    /// How long a gateway that is starting may take until it listens, and how long it may take to store the event.
    private static let (startLimit, storeLimit) = (Duration.seconds(5), Duration.seconds(30))
    private static let pause: Duration = .milliseconds(50)

    init(_ command: TellCommand) throws {
        guard let scope = Scope(command.scope) else {
            throw Failure(.validationFailure, "\(ControlRequestError.badScope(command.scope))")
        }
        guard scope.isPossible else {
            throw Failure(.validationFailure, "\(ControlRequestError.impossibleScope(command.scope))")
        }
        self.scope = command.scope
        value = try command.parsedValue()
        guard let told = Told(value, to: scope) else {
            throw Failure(
                .malformedInput, "the value has \(value.bytes.count) bytes; \(Told.limit) are allowed")
        }
        self.told = told
        if let cluster = command.stateFlags.cluster {
            throw Failure(
                .validationFailure,
                "tell needs a state directory: gateways that share the journal at \(cluster.place) have no control socket"
            )
        }
        place = try command.stateFlags.existingDirectory(for: command.tokenFlags)
        loop = try EventLoop.forCommand()
    }

    func run() throws -> ExitCode {
        try attempt(until: .current + Self.startLimit)
        while result == nil { loop.run() }
        client?.close()
        return try result?.get() ?? .success
    }

    /// A gateway that holds the directory and doesn't listen is starting.
    private func attempt(until deadline: Instant) throws(Failure) {
        do throws(GatewayFailure) {
            if let client = try ControlClient(at: StateDirectory.controlSocket(in: place), on: loop) {
                return ask(client)
            }
            _ = try StoppedJournal.append(told, in: place)
            end(.success(.success))
        } catch {
            guard error.kind == .noState, .current < deadline else { throw error.asFailure }
            loop.after(Self.pause) { [self] in
                do throws(Failure) { try attempt(until: deadline) } catch { end(.failure(error)) }
            }
        }
    }

    private func ask(_ client: ControlClient) {
        self.client = client
        client.request("tell", ["scope": JSON(scope), "value": value]) { [self] reply in
            switch reply {
            case .success: end(.success(.success))
            case .failure(let refusal) where refusal.isLost:
                end(.failure(Failure(.temporary, "not told: \(refusal.reason); try again")))
            case .failure(let refusal): end(.failure(Failure(.validationFailure, refusal.reason)))
            }
        }
        loop.after(Self.storeLimit) { [self] in
            end(
                .failure(
                    Failure(
                        .temporary,
                        "the gateway hasn't stored the event for \(Self.storeLimit.rounded), perhaps because its disk is full; "
                            + "the event may still come")))
        }
    }

    private func end(_ result: Result<ExitCode, Failure>) {
        if self.result == nil { self.result = result }
        loop.stop()
    }
}

extension TellCommand: LoopCommand {
    @MainActor func start() throws -> ExitCode { try TellRunner(self).run() }

    @MainActor fileprivate func parsedValue() throws -> JSON {
        let bytes = value.isEmpty ? try Self.standardInput() : Array(value.joined(separator: " ").utf8)
        if text {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Failure(.malformedInput, "the text isn't UTF-8")
            }
            return JSON(text.hasSuffix("\n") ? text.dropLast() : text[...])
        }
        do {
            return try JSON(parsing: bytes)
        } catch {
            throw Failure(.malformedInput, "the value isn't JSON (\(error)); for text, add --text")
        }
    }

    /// More than the limit is read only to say so.
    @MainActor private static func standardInput() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= Told.limit {
            let count = read(0, &piece, piece.count)
            guard count >= 0 else { throw Failure(.noInput, "\(SystemError("stdin"))") }
            guard count > 0 else {
                guard !bytes.isEmpty else {
                    throw Failure(
                        .malformedInput,
                        "stdin is empty: give the value behind the scope, or write it to stdin")
                }
                return bytes
            }
            bytes += piece[..<count]
        }
        throw Failure(.malformedInput, "the value has more than \(Told.limit) bytes")
    }
}
