import JSON
import Testing

@Suite struct JSONTests {
    @Test func `an object keeps its keys in their order`() throws {
        let text = #"{"z":1,"a":[true,null],"m":{"":"x"}}"#
        #expect(try JSON(parsing: text).description == text)
        #expect(try JSON(parsing: text).keys == ["z", "a", "m"])
    }
}
