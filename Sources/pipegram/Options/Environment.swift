import Glibc

/// This process's environment.
enum Environment {
    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// `NAME=value` each.
    @MainActor static var all: [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        return variables
    }

    /// Where programs are looked for.
    static var searchPath: String { variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin" }

    /// Where what is too much for memory waits.
    static var spoolDirectory: String { variable("TMPDIR") ?? "/tmp" }
}
