import JSON
import Reactor

/// Events and calls as JSON lines, as in docs/protocol.md. It has no state, so all sessions share one.
final class EventDialect: Dialect {
    static let shared = EventDialect()

    let isQuiet = true
    let isAwaitingReturn = false
    let isFetching = false
    let opensWithScopeLine = true
    let returnsWhenQuiet = false
    var readingAdvice: String { "a bot must read its stdin, line by line" }

    private init() {}

    func isInterrupt(_ event: IncomingEvent) -> Bool { false }

    func lines(of event: IncomingEvent) -> [UInt8] { event.lineForChild }

    func disconnectLine(_ reason: DisconnectReason) -> [UInt8]? { GatewayLines.disconnect(reason) }

    func prepareNextEvent(for host: any DialectHost) -> Bool { true }
    func eventsGiven(to host: any DialectHost) {}

    func read(_ line: LineSplitter.Line, for host: any DialectHost) {
        switch line {
        case .tooLong(let start):
            host.reject(.tooLong(limit: host.maxLine), line: start, id: nil)
        case .whole(let bytes):
            do throws(OutgoingEvent.Rejection) {
                guard let event = try OutgoingEvent(bytes, in: host.scope) else { return }
                host.carryOut(event, bytes: bytes.count)
            } catch {
                host.reject(error.error, line: Array(bytes.prefix(1024)), id: error.id)
            }
        }
    }

    func readPart(for host: any DialectHost) {}
    func flush(for host: any DialectHost) {}
    func childEnded(for host: any DialectHost) {}
}
