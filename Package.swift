// swift-tools-version: 6.2
import PackageDescription

/// One thread, one loop: the compiler checks that nothing leaves it. See docs/decisions/one-thread.md.
let onTheLoop: [SwiftSetting] = [
    .defaultIsolation(MainActor.self),
    // Else every closure given to `map` or `contains` asks for each element which thread it is on.
    .unsafeFlags(["-Xfrontend", "-disable-dynamic-actor-isolation"]),
]

let package = Package(
    name: "pipegram",
    products: [.executable(name: "pipegram", targets: ["pipegram"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .systemLibrary(
            name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CEdit", linkerSettings: [.linkedLibrary("edit")]),
        .target(name: "CSystem"),
        .target(name: "JSON", dependencies: ["CJansson"], swiftSettings: onTheLoop),
        .target(
            name: "Reactor", dependencies: ["CCurl", "CEdit", "CMicroHTTPD", "CSystem"],
            swiftSettings: onTheLoop),
        .target(
            name: "BotGateway",
            dependencies: [
                "JSON", "Reactor", "CSQLite", "CSystem",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: onTheLoop),
        // Without default isolation: ArgumentParser's commands can't be isolated to the main actor.
        .executableTarget(
            name: "pipegram",
            dependencies: [
                "BotGateway", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .systemLibrary(name: "CMalloc", path: "Tests/CMalloc"),
        .target(
            name: "TestSupport", dependencies: ["BotGateway", "CMalloc", "JSON", "Reactor"],
            path: "Tests/TestSupport", swiftSettings: onTheLoop),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: onTheLoop),
        .testTarget(
            name: "ReactorTests", dependencies: ["Reactor", "TestSupport"], swiftSettings: onTheLoop),
        .testTarget(
            name: "BotGatewayTests",
            dependencies: ["BotGateway", "TestSupport", .product(name: "Logging", package: "swift-log")],
            swiftSettings: onTheLoop),
        .testTarget(
            name: "EndToEndTests", dependencies: ["pipegram", "TestSupport"], swiftSettings: onTheLoop),
    ]
)

// Only for Tests/Fuzz/run: libFuzzer with the readers of BotGatewayTests, which can't be in two targets.
if Context.environment["PIPEGRAM_FUZZ"] != nil {
    package.targets.removeAll { $0.type == .test }
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .executableTarget(
            name: "Fuzz", dependencies: ["BotGateway", "CLibFuzzer", "TestSupport"], path: "Tests",
            sources: [
                "Fuzz/Fuzz.swift", "BotGatewayTests/Readers/Reader+All.swift",
                "BotGatewayTests/Readers/Reader+JSON.swift", "BotGatewayTests/Readers/Reader+Lines.swift",
                "BotGatewayTests/Readers/Reader+Updates.swift",
                "BotGatewayTests/Readers/Reader+Redactions.swift",
                "BotGatewayTests/Readers/Reader+StateFile.swift",
                "BotGatewayTests/Readers/Reader+Forms.swift",
                "BotGatewayTests/Readers/Reader+AllowList.swift",
                "BotGatewayTests/Readers/Reader+Markup.swift", "BotGatewayTests/Readers/Reader+Chat.swift",
                "BotGatewayTests/Readers/Reader+Simulator.swift", "BotGatewayTests/Events/ChildLine.swift",
                "BotGatewayTests/Events/IncomingEvent+Faithful.swift",
                "BotGatewayTests/Updates/ScannedLog.swift",
            ],
            swiftSettings: onTheLoop),
    ]
}
