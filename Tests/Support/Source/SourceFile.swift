/// What one Swift file defines and names, as far as it can be seen without a compiler.
package struct SourceFile {
    /// A type, or a function or variable outside of types.
    package struct Definition {
        /// A nested type's after its outer ones: `["HTTPServer", "Request"]`.
        package let path: [String]
        package let line: Int
        /// Nobody outside of the file can name it.
        package let isPrivate: Bool
        package let isType: Bool
    }

    /// A property that takes room in each value of its type.
    package struct StoredProperty {
        package let type: [String]
        package let name: String
        package let line: Int
        package let modifiers: Set<String>
        package let isVariable: Bool
        package let hasWrapper: Bool
    }

    /// A word of the code, with what follows it after points: `HTTPServer.Request`.
    package struct Name {
        package let chain: [String]
        package let line: Int
        /// The types around it, the outermost first.
        package let enclosing: [String]
        package let isCalled: Bool
    }

    /// A property that the code may change, conservatively.
    package struct Change: Hashable {
        package let name: String
        /// One of the types around it; nil after a point, where the property may be any type's.
        package let type: String?
    }

    /// Below the folder that was read.
    package let path: String
    let tokens: [SwiftTokens.Token]
    /// The types around each token.
    private(set) var enclosing: [[String]] = []
    package internal(set) var imports: Set<String> = []
    package internal(set) var definitions: [Definition] = []
    package internal(set) var properties: [StoredProperty] = []
    package internal(set) var names: [Name] = []
    /// The functions of each type, which hide those outside of types.
    package internal(set) var methods: [String: Set<String>] = [:]
    package internal(set) var mutatingMethods: Set<String> = []
    /// What a protocol requires to be writable.
    package internal(set) var writableRequirements: Set<String> = []
    /// Generic parameters and other names that mean something of this file.
    package internal(set) var ownNames: Set<String> = []

    package init(path: String, text: String) {
        self.path = path
        tokens = SwiftTokens(text).tokens
        var reader = DeclarationReader(tokens)
        reader.read(into: &self)
        enclosing = reader.enclosing
    }

    package var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
    package var target: String { String(path.prefix { $0 != "/" }) }
}
