import BotGateway
import JSON
import Logging
import Offline
import Reactor
import TelegramSimulator

/// Checks a bot: starts it, sends it events as a gateway would, and diagnoses its behaviour.
@MainActor package final class ProgramCheck {
    private let probes: [Probe]
    private let script: Script?
    private let options: ProbeOptions

    /// - Parameters:
    ///   - command: the program to start.
    ///   - environment: the gateway's environment.
    ///   - number: makes the chat ids unique among concurrent probes.
    package init(
        _ command: CommandTemplate, script: Script?, environment: ChildEnvironment, options: ProbeOptions,
        number: Int64, temporaryDirectory: String, on loop: EventLoop
    ) {
        (self.script, self.options) = (script, options)
        let scenarios: [Scenario] =
            options.isPlain
            ? [.plain(chat: 1_000_000_000 + number, by: options.scopes)]
            : [
                .inPrivate(chat: 1_000_000_000 + number, by: options.scopes),
                .inGroup(chat: -1_001_000_000_000 - number, by: options.scopes),
            ]
        let silentLog = Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
        probes = scenarios.map { scenario in
            let telegram = CallPrinter(
                telegram: SimulatedTelegram(now: { 1_700_000_000 }), order: .asTheyCome,
                spoolDirectory: temporaryDirectory,
                files: ChildFiles(
                    in: nil, temporaryDirectory: temporaryDirectory, confinement: command.confinement),
                log: silentLog)
            return Probe(
                scenario, with: command, environment: environment, options: options, answeredBy: telegram,
                on: loop)
        }
    }

    /// - Parameter done: called once, from the loop, when no child is left.
    package func start(then done: @escaping ([Diagnosis]) -> Void) {
        var running = probes.count
        for probe in probes {
            probe.start { [self] in
                running -= 1
                guard running == 0 else { return }
                done(
                    ProbeAnalysis.diagnoses(of: probes.map(\.record), script: script, options: options))
            }
        }
    }
}
