import Glibc

/// Where things are that tests use.
package enum ProjectPaths {
    /// The project's directory.
    package static let root = String(#filePath.dropLast("/Tests/Support/ProjectPaths.swift".count))

    /// The program that was built beside these tests.
    package static let pipegram = builtBeside(getenv("PIPEGRAM_UNDER_TEST").map { String(cString: $0) })

    /// A bot of `Tests/Bots`.
    package static func bot(_ name: String) -> String { "\(root)/Tests/Bots/\(name)" }

    private static func builtBeside(_ given: String?) -> String {
        if let given { return given }
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let test = String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The test program is `.build/debug/…`, or started for one by swiftpm's helper.
        for argument in [test] + CommandLine.arguments {
            guard let end = argument.lastIndex(of: "/") else { continue }
            let candidate = argument[..<end] + "/pipegram"
            if access(String(candidate), X_OK) == 0 { return String(candidate) }
        }
        return "\(root)/.build/debug/pipegram"
    }
}
