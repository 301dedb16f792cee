import Testing

@testable import Reactor

@Suite struct PercentEncodingTests {
    @Test func `escapes are decoded, and malformed ones stay as they are`() {
        #expect(PercentEncoding.decode("a%20b%2Fc") == "a b/c")
        #expect(PercentEncoding.decode("%F0%9F%91%8B") == "👋")
        #expect(PercentEncoding.decode("100%") == "100%")
        #expect(PercentEncoding.decode("%zz%+1") == "%zz%+1")
        #expect(PercentEncoding.decode("plain") == "plain")
        #expect(PercentEncoding.decode("%FF") == "\u{FFFD}")
        #expect(PercentEncoding.decodeValidating("%FF") == nil)
        #expect(PercentEncoding.decodeValidating("%41") == "A")
    }

    @Test func `a path's characters are escaped, except its slashes`() {
        #expect(PercentEncoding.encode(path: "photos/file_1-2.jpg") == "photos/file_1-2.jpg")
        #expect(PercentEncoding.encode(path: "a b?#%/ü") == "a%20b%3F%23%25/%C3%BC")
    }
}
