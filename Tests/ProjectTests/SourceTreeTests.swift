import TestSupport
import Testing

/// What ArchitectureTests relies on.
@Suite struct SourceTreeTests {
    private static let pond = """
        package struct Duck<Sound> {
            package struct Egg { package enum State { case whole } }
            static func quack() {}
        }
        package func feed(_ duck: Duck<String>) {}
        private struct Fish {}
        extension Duck { package struct Feather {} }
        """

    /// What a file of the target Farm names of the target Pond, each with its line.
    private func named(by text: String, imports: String = "import Pond") -> [String] {
        let tree = SourceTree([
            ("Pond/Water/Duck.swift", Self.pond), ("Farm/Yard/Hen.swift", "\(imports)\n\(text)"),
        ])
        return tree.edges(\.folder).filter { $0.from == "Farm/Yard" }.map { "\($0.name):\($0.line)" }
    }

    @Test func `a type that is named is found with its file and line`() throws {
        let tree = SourceTree([
            ("Pond/Water/Duck.swift", Self.pond),
            ("Farm/Yard/Hen.swift", "import Pond\n\nlet duck: Duck? = nil"),
        ])
        let edge = try #require(tree.edges(\.folder).first)
        #expect("\(edge)" == "Farm/Yard/Hen.swift:3 names Duck of Pond/Water")
        #expect(edge.from == "Farm/Yard")
    }

    @Test(arguments: [
        "let a: [Duck] = []", "func a(_ b: (Int) -> Duck) {}", "struct A: Duck {}", "let a = Set<Duck>()",
        "let a = Duck()", "extension Duck {}", "let a = [Int: Duck?]()", "let a = b as? Duck",
        "case Duck.quack",
        "func a<T: Duck>(_: T) {}", "let a: Pond.Duck", "@Duck var a: Int",
    ])
    func `a type is found wherever it is named`(_ text: String) {
        #expect(named(by: text) == ["Duck:2"])
    }

    @Test(arguments: [
        "// Duck", "/// Duck", "/* Duck /* Duck */ Duck */", #"let a = "Duck""#, #"let a = "\"Duck""#,
        "let a = \"\"\"\n    Duck \"Duck\"\n    \"\"\"", ##"let a = #"Duck "Duck" \(Duck)"#"##,
        "let a = b.Duck",
        "let a: Ducks", "struct Duck {}\nlet a: Duck", "let a: Fish", "func a<Duck>(_: Duck) {}",
    ])
    func `comments, strings and other things of the name don't name it`(_ text: String) {
        #expect(named(by: text).isEmpty)
    }

    @Test func `what is interpolated into a string is code`() {
        #expect(named(by: #"let a = "Duck \(Duck.quack("Duck")) Duck""#) == ["Duck:2"])
        #expect(
            named(by: "let a = \"\"\"\n    \\(\n    Duck())\n    \"\"\"\nlet b: Duck") == [
                "Duck:4", "Duck:6",
            ])
        #expect(named(by: ##"let a = #"\#(Duck())"#"##) == ["Duck:2"])
    }

    @Test func `a nested type is named with its outer one, or inside of that`() {
        #expect(
            named(by: "let a: Duck<Int>\nlet b: Duck.Egg.State") == [
                "Duck:2", "Duck:3", "Duck.Egg:3", "Duck.Egg.State:3",
            ])
        #expect(named(by: "extension Duck {\n    func a() -> Egg {}\n}") == ["Duck:2", "Duck.Egg:3"])
        #expect(
            named(by: "extension Duck.Egg {\n    var a: State\n}") == [
                "Duck:2", "Duck.Egg:2", "Duck.Egg.State:3",
            ])
        #expect(named(by: "let a: Egg").isEmpty)
    }

    @Test func `a nested type of one's own hides another one's`() {
        #expect(named(by: "struct Hen {\n    struct Duck {}\n    let a: Duck\n}").isEmpty)
    }

    @Test func `a nested type belongs to the file of the extension that it stands in`() {
        let tree = SourceTree([
            ("A/One/Duck.swift", "struct Duck {}"),
            ("A/Two/Duck+Egg.swift", "extension Duck { struct Egg {} }"),
            ("A/Three/Hen.swift", "let egg: Duck.Egg"),
        ])
        let edges = tree.edges(\.folder).filter { $0.from == "A/Three" }
        #expect(edges.map(\.to) == ["A/One", "A/Two"])
    }

    @Test func `a function outside of types is found where it is called, but not a method of its name`() {
        #expect(named(by: "let a = feed(b)") == ["feed:2"])
        #expect(named(by: "let a = b.feed(c)").isEmpty)
        #expect(named(by: "struct Hen {\n    func feed() {}\n    func eat() { feed() }\n}").isEmpty)
    }

    @Test func `what isn't imported isn't named`() {
        #expect(named(by: "let a: Duck", imports: "").isEmpty)
        #expect(named(by: "let a: Duck", imports: "@testable import Pond") == ["Duck:2"])
    }

    // MARK: - Properties

    private func stored(_ members: String) -> [String] {
        let tree = SourceTree([("A/Duck.swift", "struct Duck {\n\(members)\n}")])
        return tree.storedProperties["A.Duck", default: []].map(\.name)
    }

    @Test func `stored properties are told from computed ones`() {
        #expect(
            stored("let a: Int\nvar b = 1, c: String, d = [1, 2].map { $0 }\nvar e: [Int: Int] = [:]") == [
                "a", "b", "c", "d", "e",
            ])
        #expect(
            stored("var a: Int { 1 }\nvar b: Int { get { 1 } set { let c = 2 } }\nfunc f() { var g = 1 }")
                .isEmpty)
        #expect(
            stored("var a = 1 { didSet { b() } }\nvar c: Int { willSet {} }\nlazy var d = { 1 }()") == [
                "a", "c", "d",
            ])
        #expect(
            stored("let (a, b): (Int, Int)\nlet c: (d: Int, e: Int) -> Void = { d, e in let f = d }") == [
                "a", "b", "c",
            ])
        #expect(
            stored("init(a: Int) { let b = a }\nlet c: Int\nfunc d(_ e: Int = 1) {}\nenum E { case f }") == [
                "c"
            ])
    }

    @Test func `properties of a nested type and of extensions are told apart`() {
        let tree = SourceTree([
            ("A/Duck.swift", "class Duck {\n    let a: Int\n    struct Egg { let b: Int }\n}"),
            ("A/Duck+Egg.swift", "extension Duck {\n    static let c = 1\n    var d: Int { 1 }\n}"),
        ])
        #expect(
            tree.storedProperties.mapValues { $0.map(\.name) } == [
                "A.Duck": ["a", "c"], "A.Duck.Egg": ["b"],
            ])
    }

    /// The variables of a type that can be set from anywhere, although the other file doesn't.
    private func needlesslyWritable(_ members: String, _ other: String = "") -> [String] {
        let tree = SourceTree([("A/Duck.swift", "struct Duck {\n\(members)\n}"), ("A/Hen.swift", other)])
        return tree.needlesslyWritable(SourceTree([])).map(\.property.name)
    }

    @Test func `a variable that only its own file sets could be private`() {
        #expect(needlesslyWritable("var a = 1\nfunc b() { a = 2 }") == ["a"])
        #expect(
            needlesslyWritable("private var a = 1\nprivate(set) var b = 1\nlet c = 1\nvar d: Int { 1 }")
                .isEmpty)
        #expect(needlesslyWritable("package private(set) var a = 1\n@Option var b = 1").isEmpty)
        #expect(
            needlesslyWritable("var a = 1", "func f(a: Int = 1) { let a = 2; print(duck.a == a) }") == ["a"])
    }

    @Test(arguments: [
        "duck.a = 1", "duck.a += 1", "self.duck?.a[0].b = 1", "duck.a.append(1)",
        "duck.a[x(1)]!.b.removeAll { $0 }",
        "f(&duck.a)", "f(&duck.a.b)", "(duck.a, b) = (1, 2)", "f(\\.a)",
        "extension Duck { mutating func f() { a = 1 } }",
        "struct B { mutating func paint() {} }\nfunc f() { duck.a.paint() }",
        "protocol P { var a: Int { get set } }",
    ])
    func `a variable that another file may change is left alone`(_ text: String) {
        #expect(needlesslyWritable("var a = 1", text).isEmpty)
    }

    // MARK: - Repeated lines

    @Test func `lines that stand twice are found, however they are indented`() throws {
        let run = (0..<11).map { "let line\($0) = 1" }
        let once = run.joined(separator: "\n")
        let again = run.map { "    \($0)" }.joined(separator: "\n    // A word.\n\n    }\n")
        let repeated = RepeatedLines(in: [("A.swift", "import B\n" + once), ("B.swift", again)], beyond: 10)
        #expect(repeated.runs.map(\.description) == ["A.swift:2 and B.swift:1: 11 lines"])
        let less = once.split(separator: "\n").dropLast().joined(separator: "\n")
        #expect(RepeatedLines(in: [("A.swift", once), ("B.swift", less)], beyond: 10).runs.isEmpty)
    }
}
