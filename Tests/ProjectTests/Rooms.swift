import TestSupport

/// Which definitions of other folders a folder may name. What isn't listed here isn't allowed.
///
/// A room is a folder of `Sources`. Gateway.swift and GatewayFailure.swift are rooms of their own, because the first is
/// above the stages of the gateway and the second below.
enum Rooms {
    /// A room, and below it those that it may name; after `Target/` come rooms of that target.
    private static let table = """
        Reactor/Files
            Reactor/ Loop
        Reactor/HTTP
            Reactor/ Files Loop
        Reactor/Process
            Reactor/ Files Loop
        Reactor/Terminal
            Reactor/ Files Loop
        # What both ends of the wire agree on.
        BotAPI
            JSON
            Reactor/ Files HTTP
        # The only one that knows every stage.
        BotGateway/Gateway.swift
            Reactor/ Loop
            BotAPI
            BotGateway/ Calls Children Events GatewayFailure.swift Journal Updates
        # A poll is a call to Telegram: Client.
        BotGateway/Updates
            JSON
            Reactor/ Files HTTP Loop
            BotAPI
            BotGateway/ Client GatewayFailure.swift
        BotGateway/Updates/Access
            JSON
            Reactor/ Files Loop
            BotAPI
            BotGateway/ GatewayFailure.swift Updates
        BotGateway/Updates/Recording
            JSON
            Reactor/ Files Loop
            BotAPI
            BotGateway/ GatewayFailure.swift Updates
        # Pure values: no loop, no file, no socket.
        BotGateway/Events
            JSON
            BotAPI
        # A child's events are acknowledged in the journal. Of what gives updates and takes calls it knows nothing.
        BotGateway/Children
            JSON
            Reactor/ Files Loop Process
            BotAPI
            BotGateway/ Children/Dialect Events Journal Metrics
        BotGateway/Children/Dialect
            JSON
            Reactor/ Files Loop
            BotGateway/ Events
        BotGateway/Calls
            JSON
            Reactor/ Files HTTP Loop
            BotAPI
            BotGateway/ Client Events
        # What the stages count and measure.
        BotGateway/Metrics
            Reactor/ Loop
            BotAPI
            BotGateway/ Events
        # It keeps events and calls, and knows neither whose they are nor where they go: of BotAPI, only how updates are
        # numbered.
        BotGateway/Journal
            JSON
            Reactor/ Files Loop
            BotAPI
            BotGateway/ Events GatewayFailure.swift Metrics
        # Other programs of this machine: of the gateway it knows what can be asked for.
        BotGateway/Control
            JSON
            Reactor/ Files Loop
            BotAPI
            BotGateway/ Events GatewayFailure.swift Questions
        # Questions of the operator's, and the updates that answer them.
        BotGateway/Questions
            JSON
            Reactor/ Loop
            BotAPI
            BotGateway/ Client Events GatewayFailure.swift Updates Updates/Access
        # A server that keeps the journal of several gateways.
        BotGateway/Journal/Cluster
            JSON
            Reactor/ Loop
            BotGateway/ Events GatewayFailure.swift Journal
        # The state directory has a file of paired users.
        BotGateway/Journal/Inspection
            JSON
            BotGateway/ Events GatewayFailure.swift Journal Journal/Cluster Updates/Access
        BotGateway/Client
            JSON
            Reactor/ Files HTTP Loop
            BotAPI
            BotGateway/ GatewayFailure.swift
        # Of the gateway it knows nothing.
        TelegramSimulator/Text
            JSON
            BotAPI
        TelegramSimulator/RichText
            JSON
            BotAPI
            TelegramSimulator/ Text
        TelegramSimulator/State
            JSON
            Reactor/ Files HTTP Loop
            BotAPI
            TelegramSimulator/ Text
        TelegramSimulator/Methods
            JSON
            BotAPI
            TelegramSimulator/ RichText State Text
        TelegramSimulator/Server
            JSON
            Reactor/ Files HTTP Loop
            BotAPI
            TelegramSimulator/ Methods State Text
        # The gateway's sources and sinks, without a Telegram.
        Offline
            JSON
            Reactor/ Files Loop
            BotAPI
            BotGateway/ Calls Events GatewayFailure.swift Updates
            TelegramSimulator/ Methods State
        Chat
            JSON
            Reactor/ Files Loop Process Terminal
            TelegramSimulator/ Methods State Text
        Doctor
            Reactor/ Loop
            BotAPI
            BotGateway/ GatewayFailure.swift Journal Journal/Cluster
        Doctor/Probe
            JSON
            Reactor/ Files Loop Process
            BotAPI
            BotGateway/ Calls Children Children/Dialect Events
            TelegramSimulator/ Methods
            Offline
            Doctor
            Doctor/ Program
        Doctor/Program
            Reactor/ Files Process
            Doctor
        Doctor/Network
            JSON
            Reactor/ HTTP Loop
            BotAPI
            BotGateway/ Client
            Doctor
        # The exit codes, and the error that ends the program.
        pipegram
            Reactor/ Loop
            BotGateway/ GatewayFailure.swift
        pipegram/Options
            Reactor/ Files HTTP Loop Process
            BotAPI
            BotGateway/ Children Children/Dialect Events GatewayFailure.swift Journal Journal/Cluster Updates Updates/Access
            pipegram
        # The options that the configuration file and the environment give.
        pipegram/Settings
            JSON
            TOML
            Reactor/ Files Loop
            BotAPI
            pipegram
            pipegram/ Options
        # What a user can type: the commands, without what most of them do.
        pipegram/Commands
            JSON
            Reactor/ Files Loop Process
            BotAPI
            BotGateway/ Calls Control GatewayFailure.swift Journal Journal/Cluster Journal/Inspection
            pipegram
            pipegram/ Options Settings
        pipegram/Runners
            JSON
            Reactor/ Files HTTP Loop Process Terminal
            BotAPI
            BotGateway/ Calls Children Client Control Events Gateway.swift GatewayFailure.swift Journal Journal/Cluster Journal/Inspection Metrics Questions Updates Updates/Access Updates/Recording
            TelegramSimulator/ Methods Server State
            Offline
            Chat
            Doctor
            Doctor/ Network Probe Program
            pipegram
            pipegram/ Commands Options
        """

    static let allowed: [String: Set<String>] = {
        var allowed: [String: Set<String>] = [:]
        var room = ""
        for line in table.split(separator: "\n") where !line.contains("#") {
            let words = line.split(separator: " ").map(String.init)
            if !line.hasPrefix(" ") {
                room = words[0]
                allowed[room] = []
            } else if words[0].hasSuffix("/") {
                allowed[room]?.formUnion(words.dropFirst().map { words[0] + $0 })
            } else {
                allowed[room]?.formUnion(words)
            }
        }
        return allowed
    }()

    static func room(of file: SourceFile) -> String { file.folder == "BotGateway" ? file.path : file.folder }

    /// The stage of the gateway that a room belongs to, such as `Updates`; else the room.
    static func stage(of room: String) -> String {
        let folders = room.split(separator: "/")
        return folders.count > 1 && folders[0] == "BotGateway" ? String(folders[1]) : room
    }
}
