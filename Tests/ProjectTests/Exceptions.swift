/// What doesn't keep to a limit of ArchitectureTests. A test fails too when an exception is no longer needed.
enum Exceptions {
    /// Files that are nothing but tables.
    static let tables: Set<String> = ["Sources/BotAPI/Methods.swift"]

    /// Types with more than twelve stored properties.
    static let largeTypes: Set<String> = []

    /// Properties that another file may set although none does.
    static let writableProperties: Set<String> = []
}
