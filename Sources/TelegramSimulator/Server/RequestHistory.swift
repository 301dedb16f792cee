import BotAPI
import JSON
import Reactor

/// The bots' requests to the simulator, in order of arrival.
package final class RequestHistory {
    typealias Call = SimulatorServer.ReceivedCall

    /// The minimum number of requests of each kind to keep; nil keeps all.
    package var limit: Int?
    /// Called from the loop for each call, before it is carried out and answered.
    package var onCall: ((SimulatorServer.ReceivedCall) -> Void)?
    /// Called from the loop for each call, once its result is known. The result is nil if the call isn't carried out
    /// because of a fault that affects only the connection.
    package var onResponse: ((SimulatorServer.ReceivedCall, Result<JSON, BotAPIError>?) -> Void)?

    private(set) var calls: [Call] = []
    /// The parameters of each getUpdates.
    private(set) var polls: [JSON] = []
    private(set) var downloads: [SimulatorServer.Download] = []
    /// The calls with their results, for the control API.
    let log: NumberedLog
    /// All that passed, for the page.
    let traffic: TrafficLog

    init(on loop: EventLoop) { (log, traffic) = (NumberedLog(on: loop), TrafficLog(on: loop)) }

    /// Returns nil for getUpdates, which isn't recorded as a call.
    func record(_ request: BotAPIRequest, _ fault: Fault?, bot: Int64) -> Call? {
        guard request.method.lowercased() != "getupdates" else {
            add(request.parameters, to: &polls)
            return nil
        }
        let call = Call(
            bot: bot, method: request.method, parameters: request.parameters, files: request.files,
            fault: fault, arrival: .current)
        add(call, to: &calls)
        onCall?(call)
        return call
    }

    func record(_ outcome: Result<JSON, BotAPIError>?, of call: Call?) {
        guard let call else { return }
        let chat = Int64(Arguments(call.parameters).text("chat_id"))
        let text = call.json(outcome).bytes
        log.add(call.method.lowercased(), bot: call.bot, chat: chat, text)
        traffic.add("call", bot: call.bot, text, took: call.timeTaken)
        onResponse?(call, outcome)
    }

    func record(_ download: SimulatorServer.Download) { add(download, to: &downloads) }

    func removeAll() {
        (calls, polls, downloads) = ([], [], [])
        log.removeAll()
        traffic.removeAll()
    }

    private func add<Entry>(_ entry: Entry, to list: inout [Entry]) {
        list.append(entry)
        guard let limit, list.count > 2 * limit else { return }
        list.removeFirst(list.count - limit)
    }
}

extension SimulatorServer.ReceivedCall {
    /// How long its answer takes, counted from its arrival until now.
    fileprivate var timeTaken: Duration {
        let work = Instant.current - arrival
        if case .delay(let delay) = fault { return work + delay }
        return work
    }

    /// The call as the control API shows it.
    fileprivate func json(_ outcome: Result<JSON, BotAPIError>?) -> JSON {
        var json: JSON = ["method": JSON(method), "parameters": parameters]
        if !files.isEmpty {
            json.set(
                "files",
                JSON(files.map { ["part": JSON($0.part), "name": JSON($0.name), "size": JSON($0.size)] }))
        }
        fault.map { json.set("fault", $0.json["fault"] ?? "") }
        // `parameters` are the call's here, so the error's are left out.
        let plain = outcome.map { $0.mapError { BotAPIError(code: $0.code, reason: $0.reason) } }
        if let plain { json.merge(BotAPIResponse.envelope(of: plain)) }
        return json
    }
}
