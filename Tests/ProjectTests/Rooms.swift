import TestSupport

/// Which folder may name what of which others: the plan of the house. All that isn't said here isn't allowed.
///
/// A room is a folder of `Sources`. Gateway.swift and GatewayFailure.swift are rooms of their own, for the first is above
/// the stages of the gateway and the second below.
enum Rooms {
    /// A room, and below it those that it may name; after `Target/` stand rooms of that target.
    private static let table = """
        Reactor/Files
            Reactor/ Loop
        Reactor/HTTP
            Reactor/ Files Loop
        Reactor/Process
            Reactor/ Files Loop
        Reactor/Terminal
            Reactor/ Files Loop
        BotAPI
            JSON
            Reactor/ Files HTTP
        BotGateway/Gateway.swift
            Reactor/ Loop
            BotAPI
            BotGateway/ Calls Children Events GatewayFailure.swift Journal Updates
        BotGateway/Updates
            JSON
            Reactor/ Files HTTP Loop
            BotAPI
            BotGateway/ Client GatewayFailure.swift
        BotGateway/Updates/Access
            JSON
            Reactor/ Loop
            BotAPI
            BotGateway/ GatewayFailure.swift Updates
        BotGateway/Updates/Recording
            JSON
            Reactor/ Files Loop
            BotAPI
            BotGateway/ GatewayFailure.swift Updates
        BotGateway/Events
            JSON
            BotAPI
        BotGateway/Children
            JSON
            Reactor/ Files Loop Process
            BotGateway/ Children/Dialect Events Journal
        BotGateway/Children/Dialect
            JSON
            Reactor/ Loop
            BotGateway/ Events
        BotGateway/Calls
            JSON
            Reactor/ Files HTTP Loop
            BotAPI
            BotGateway/ Client Events
        BotGateway/Journal
            JSON
            Reactor/ Files Loop
            BotGateway/ Events GatewayFailure.swift
        BotGateway/Journal/Inspection
            JSON
            BotGateway/ Events GatewayFailure.swift Journal
        BotGateway/Client
            JSON
            Reactor/ Files HTTP Loop
            BotAPI
            BotGateway/ GatewayFailure.swift
        TelegramSimulator
            JSON
            BotAPI
            TelegramSimulator/ Methods State
        TelegramSimulator/State
            JSON
            Reactor/ Files HTTP Loop
            BotAPI
            TelegramSimulator
            TelegramSimulator/ Methods
        TelegramSimulator/Methods
            JSON
            BotAPI
            TelegramSimulator
            TelegramSimulator/ State Text
        TelegramSimulator/Text
            JSON
            BotAPI
            TelegramSimulator/ Methods
        TelegramSimulator/Server
            JSON
            Reactor/ Files HTTP Loop
            BotAPI
            TelegramSimulator
            TelegramSimulator/ Methods State
        Offline
            JSON
            Reactor/ Files Loop
            BotAPI
            BotGateway/ Calls Events GatewayFailure.swift Updates
            TelegramSimulator
            TelegramSimulator/ State
        Chat
            JSON
            Reactor/ Files Loop Process Terminal
            TelegramSimulator
            TelegramSimulator/ Methods State
        Doctor
            Reactor/ Loop Process
            BotAPI
            BotGateway/ Calls Children Journal
            TelegramSimulator
            Offline
            Doctor/ Probe Program
        Doctor/Probe
            JSON
            Reactor/ Files Loop Process
            BotAPI
            BotGateway/ Children Children/Dialect Events
            TelegramSimulator
            Offline
            Doctor
            Doctor/ Program
        Doctor/Program
            Reactor/ Process
            Doctor
        Doctor/Network
            JSON
            Reactor/ HTTP Loop
            BotAPI
            BotGateway/ Client
            Doctor
        pipegram/Commands
            JSON
            Reactor/ Files HTTP Loop Process
            BotAPI
            BotGateway/ Calls Children Gateway.swift GatewayFailure.swift Journal Journal/Inspection Updates Updates/Recording
            TelegramSimulator
            TelegramSimulator/ Server
            Offline
            Doctor
            Doctor/ Network Probe Program
            pipegram/ Options Runners
        pipegram/Options
            Reactor/ Files Loop Process
            BotAPI
            BotGateway/ Calls Children Client Events GatewayFailure.swift Journal Updates Updates/Access
            pipegram/ Commands Runners
        pipegram/Runners
            JSON
            Reactor/ Files HTTP Loop Process Terminal
            BotAPI
            BotGateway/ Calls Children Client Gateway.swift GatewayFailure.swift Journal Updates Updates/Access Updates/Recording
            TelegramSimulator
            Offline
            Chat
            Doctor
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

    static func target(of room: String) -> String { String(room.prefix { $0 != "/" }) }

    /// The stage of the gateway that a room belongs to, such as `Updates`; else the room.
    static func stage(of room: String) -> String {
        let folders = room.split(separator: "/")
        return folders.count > 1 && folders[0] == "BotGateway" ? String(folders[1]) : room
    }
}
