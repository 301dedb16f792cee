import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct DirectoryTests {
    @Test func `a directory is removed with its contents, without following links`() {
        let files = TemporaryDirectory()
        let path = "\(files.path)/a"
        mkdir(path, 0o700)
        mkdir("\(path)/b", 0o700)
        mkdir("\(files.path)/kept", 0o700)
        files.write("kept/file", "x")
        files.write("a/.hidden", "x")
        files.write("a/b/file", "x")
        symlink("\(files.path)/kept", "\(path)/link")
        #expect(Directory.names(in: path) == [".hidden", "b", "link"])
        Directory.remove(path)
        #expect(Directory.names(in: files.path) == ["kept"])
        #expect(files.read("kept/file") == "x")
        #expect(Directory.names(in: path) == [])
        Directory.remove(path)
    }
}
