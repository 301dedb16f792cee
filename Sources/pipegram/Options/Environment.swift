import Glibc

/// This process's environment.
enum Environment {
    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// All variables, each as `NAME=value`.
    @MainActor static var all: [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        return variables
    }

    /// The directories to search for programs.
    static var searchPath: String { variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin" }

    /// The directory for data that is too large for memory.
    static var spoolDirectory: String { variable("TMPDIR") ?? "/tmp" }
}
