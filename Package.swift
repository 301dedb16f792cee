// swift-tools-version: 6.2
import PackageDescription

/// Everything runs on one thread, and the compiler checks that. See docs/decisions/one-thread.md.
let onTheLoop: [SwiftSetting] = [
    .defaultIsolation(MainActor.self),
    // Without this, every closure passed to `map` or `contains` checks its thread for each element.
    .unsafeFlags(["-Xfrontend", "-disable-dynamic-actor-isolation"]),
]

/// For code that no message of a gateway passes through: it is small rather than fast.
let isSmall: SwiftSetting = .unsafeFlags(["-Osize"], .when(configuration: .release))

/// Makes the start of a debug build four times as fast. See Sources/CArguments.
let checksOptionsOnce: LinkerSetting = .unsafeFlags(
    [
        "-Xlinker",
        "--wrap=$s14ArgumentParser17ParsableArgumentsPAAE9_validate6parentyAA8InputKeyVSg_tKFZ",
    ], .when(configuration: .debug))

let package = Package(
    name: "pipegram",
    products: [.executable(name: "pipegram", targets: ["pipegram"])],
    dependencies: [
        // Sources/CArguments knows a function of this version.
        .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .systemLibrary(
            name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        // Only for debug builds.
        .target(name: "CArguments"),
        .target(name: "CEdit", linkerSettings: [.linkedLibrary("edit")]),
        // libpq is loaded when it is needed.
        .target(name: "CPostgres"),
        // The simulator's web page, which CPage.c embeds.
        .target(name: "CPage", exclude: ["files"]),
        .target(name: "CSystem"),
        // The header of Debian's libtomlplusplus-dev.
        .target(name: "CTOML"),
        .target(name: "JSON", dependencies: ["CJansson"], swiftSettings: onTheLoop),
        .target(name: "TOML", dependencies: ["CTOML"], swiftSettings: onTheLoop + [isSmall]),
        .target(
            name: "Reactor", dependencies: ["CCurl", "CEdit", "CMicroHTTPD", "CSystem"],
            swiftSettings: onTheLoop),
        .target(name: "BotAPI", dependencies: ["JSON", "Reactor"], swiftSettings: onTheLoop),
        .target(
            name: "BotGateway",
            dependencies: [
                "BotAPI", "CPostgres", "CSQLite", "CSystem",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: onTheLoop),
        .target(
            name: "TelegramSimulator",
            dependencies: ["BotAPI", "CPage", .product(name: "DequeModule", package: "swift-collections")],
            swiftSettings: onTheLoop + [isSmall]),
        .target(
            name: "Offline", dependencies: ["BotGateway", "TelegramSimulator"], swiftSettings: onTheLoop),
        .target(name: "Chat", dependencies: ["Offline"], swiftSettings: onTheLoop + [isSmall]),
        .target(name: "Doctor", dependencies: ["Offline"], swiftSettings: onTheLoop + [isSmall]),
        // Without default isolation: ArgumentParser's commands can't be isolated to the main actor.
        .executableTarget(
            name: "pipegram",
            dependencies: [
                "CArguments", "Chat", "Doctor", "TOML",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: [isSmall], linkerSettings: [checksOptionsOnce]),
        .systemLibrary(name: "CGlibc", path: "Tests/CGlibc"),
        .target(
            name: "TestSupport", dependencies: ["Chat", "CGlibc", "Doctor", "TOML"],
            path: "Tests/Support", swiftSettings: onTheLoop),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: onTheLoop),
        .testTarget(name: "TOMLTests", dependencies: ["TOML"], swiftSettings: onTheLoop),
        .testTarget(
            name: "ReactorTests", dependencies: ["Reactor", "TestSupport"], swiftSettings: onTheLoop),
        .testTarget(name: "BotAPITests", dependencies: ["BotAPI", "TestSupport"], swiftSettings: onTheLoop),
        .testTarget(
            name: "BotGatewayTests", dependencies: ["BotGateway", "TestSupport"], swiftSettings: onTheLoop),
        .testTarget(
            name: "TelegramSimulatorTests", dependencies: ["TelegramSimulator", "TestSupport"],
            swiftSettings: onTheLoop),
        .testTarget(
            name: "OfflineTests", dependencies: ["Offline", "TestSupport"], swiftSettings: onTheLoop),
        .testTarget(name: "ChatTests", dependencies: ["Chat", "TestSupport"], swiftSettings: onTheLoop),
        .testTarget(name: "DoctorTests", dependencies: ["Doctor", "TestSupport"], swiftSettings: onTheLoop),
        .testTarget(name: "ProjectTests", dependencies: ["TestSupport"], swiftSettings: onTheLoop),
        .testTarget(
            name: "EndToEndTests", dependencies: ["pipegram", "TestSupport"], swiftSettings: onTheLoop),
    ],
    cxxLanguageStandard: .cxx17
)

// Only for Tests/Fuzz/run: libFuzzer with the readers of ProjectTests, which can't be in two targets.
if Context.environment["PIPEGRAM_FUZZ"] != nil {
    package.targets.removeAll { $0.type == .test }
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .executableTarget(
            name: "Fuzz", dependencies: ["CLibFuzzer", "TestSupport"], path: "Tests",
            sources: [
                "Fuzz/Fuzz.swift", "ProjectTests/Readers/Reader+All.swift",
                "ProjectTests/Readers/Reader+JSON.swift", "ProjectTests/Readers/Reader+Lines.swift",
                "ProjectTests/Readers/Reader+Updates.swift",
                "ProjectTests/Readers/Reader+Redactions.swift",
                "ProjectTests/Readers/Reader+StateFile.swift",
                "ProjectTests/Readers/Reader+Forms.swift",
                "ProjectTests/Readers/Reader+AllowList.swift",
                "ProjectTests/Readers/Reader+Markup.swift", "ProjectTests/Readers/Reader+Chat.swift",
                "ProjectTests/Readers/Reader+RichMessage.swift",
                "ProjectTests/Readers/Reader+Simulator.swift",
                "ProjectTests/Readers/Reader+TOML.swift",
            ],
            swiftSettings: onTheLoop),
    ]
}
