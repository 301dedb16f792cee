import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct SpoolTests {
    private let directory = TemporaryDirectory()

    private func bytes(_ count: Int, of value: UInt8 = 1) -> [UInt8] { Array(repeating: value, count: count) }

    private func isOnDisk(_ piece: Spool.Piece) -> Bool {
        guard case .file = piece else { return false }
        return true
    }

    @Test func `stored pieces come back in any order`() {
        let spool = Spool(directory: directory.path)
        let contents = (0..<100).map { bytes($0 * 37, of: UInt8($0)) }
        let pieces = contents.map(spool.put)
        #expect(pieces.allSatisfy(isOnDisk))
        #expect(!spool.isEmpty)
        for index in Array(0..<50).reversed() + Array(50..<100) {
            #expect(spool.take(pieces[index]) == contents[index])
        }
    }

    @Test func `the file is truncated once the last piece is taken, and reused`() {
        let spool = Spool(directory: directory.path)
        for round in 1...3 as ClosedRange<UInt8> {
            let pieces = [spool.put(bytes(1000, of: round)), spool.put(bytes(10, of: round))]
            guard case .file(offset: 0, count: 1000) = pieces[0] else {
                Issue.record("\(pieces[0])")
                return
            }
            #expect(spool.take(pieces[0]) == bytes(1000, of: round))
            #expect(!spool.isEmpty)
            #expect(spool.take(pieces[1]) == bytes(10, of: round))
            #expect(spool.isEmpty)
        }
    }

    @Test func `an empty piece can be stored`() {
        let spool = Spool(directory: directory.path)
        let piece = spool.put([])
        #expect(spool.take(piece) == [])
    }

    @Test func `without a writable directory, pieces stay in memory`() {
        for path in ["/nowhere", "/proc", directory.path + "/missing"] {
            let spool = Spool(directory: path)
            let pieces = [spool.put(bytes(1000)), spool.put(bytes(5, of: 2))]
            #expect(!pieces.contains(where: isOnDisk))
            #expect(spool.isEmpty)
            #expect(spool.take(pieces[1]) == bytes(5, of: 2))
            #expect(spool.take(pieces[0]) == bytes(1000))
        }
    }

    @Test func `the file has no name by which it could be opened`() {
        let spool = Spool(directory: directory.path)
        let piece = spool.put(bytes(10))
        #expect(rmdir(directory.path) == 0, "a directory with a file in it can't be removed")
        #expect(spool.take(piece) == bytes(10))
    }
}
