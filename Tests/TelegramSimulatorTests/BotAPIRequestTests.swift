import JSON
import Reactor
import Testing

@testable import BotAPI
@testable import TelegramSimulator

@Suite struct BotAPIRequestTests {
    private func post(_ type: String, _ body: String, query: [(name: String, value: String)] = []) throws
        -> BotAPIRequest
    {
        let request = HTTPServer.Request(
            method: "POST", path: "/bot7:secret/sendMessage", query: query, contentType: type,
            body: Array(body.utf8))
        return try BotAPIRequest(request, accepting: { $0 == "7:secret" })
    }

    private func refusal(_ path: String) -> Int? {
        do throws(BotAPIError) {
            _ = try BotAPIRequest(
                HTTPServer.Request(method: "GET", path: path), accepting: { $0 == "7:secret" })
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `values of a JSON body stay as they are`() throws {
        let request = try post("application/json; charset=utf-8", #"{"chat_id":42,"text":"ö","a":[1]}"#)
        #expect(request.method == "sendMessage")
        #expect(request.parameters.description == #"{"chat_id":42,"text":"ö","a":[1]}"#)
    }

    @Test func `values of a form are decoded strings, and the first of a repeated name counts`() throws {
        let request = try post(
            "application/x-www-form-urlencoded", "chat_id=42&text=a+b%26%C3%B6%zz%2&x&chat_id=43")
        #expect(request.parameters.description == #"{"chat_id":"42","text":"a b&ö%zz%2","x":""}"#)
    }

    @Test func `the query takes precedence over the body`() throws {
        let request = try post("application/json", #"{"a":1,"b":2}"#, query: [("b", "3"), ("b", "4")])
        #expect(request.parameters == ["b": "3", "a": 1])
    }

    @Test(arguments: ["text/plain", "", "multipart/form-data; boundary=x"])
    func `a body of another type gives no parameters`(_ type: String) throws {
        #expect(try post(type, #"{"a":1}"#).parameters == [:])
    }

    @Test func `a body that is not an object gives no parameters`() throws {
        #expect(try post("application/json", #"{"a":1"#).parameters == [:])
        #expect(try post("application/json", "[1]").parameters == [:])
    }

    @Test func `a wrong token gives 401, a malformed one or another path 404`() {
        #expect(refusal("/bot7:other/getMe") == 401)
        #expect(refusal("/bot7/getMe") == 404)
        #expect(refusal("/bot:secret/getMe") == 404)
        #expect(refusal("/bot07:secret/getMe") == 404)
        #expect(refusal("/favicon.ico") == 404)
        #expect(refusal("/bot7:secret/getMe") == nil)
    }

    @Test func `without a method in the path, the argument 'method' names it`() throws {
        #expect(refusal("/bot7:secret") == 404)
        #expect(refusal("/bot7:secret/") == 404)
        let request = HTTPServer.Request(
            method: "GET", path: "/bot7:secret/", query: [("method", "getMe")])
        #expect(try BotAPIRequest(request, accepting: { $0 == "7:secret" }).method == "getMe")
    }

    @Test func `numbers are read up to the first non-digit and wrap at 32 bits`() {
        let arguments = Arguments([
            "a": 5, "b": "-12x", "c": "x", "d": 4_294_967_297, "e": "", "f": "9223372036854775808",
        ])
        #expect(["a", "b", "c", "d", "e", "f", "g"].map(arguments.integer) == [5, -12, 0, 1, nil, 0, nil])
    }

    @Test func `text that isn't UTF-8 is refused, in JSON, in a form and in its parts`() throws {
        func refusal(_ type: String, _ body: [UInt8], parts: [ReceivedPart] = []) -> String? {
            let request = HTTPServer.Request(
                method: "POST", path: "/bot7:secret/sendMessage", contentType: type, body: body, parts: parts)
            do throws(BotAPIError) {
                _ = try BotAPIRequest(request, accepting: { _ in true })
                return nil
            } catch {
                return error.reason
            }
        }
        let (text, strings) = (
            "Bad Request: text must be encoded in UTF-8", "Bad Request: strings must be encoded in UTF-8"
        )
        #expect(refusal("application/x-www-form-urlencoded", Array("chat_id=1&text=%ff".utf8)) == text)
        #expect(refusal("application/x-www-form-urlencoded", Array("chat_id=%C3".utf8)) == strings)
        #expect(refusal("application/json", Array(#"{"text":""#.utf8) + [0xFF] + Array(#""}"#.utf8)) == text)
        #expect(refusal("application/json", Array(#"{"a":"\ud800"}"#.utf8)) == strings)
        let part = ReceivedPart(name: "caption", bytes: [0xC3])
        #expect(refusal("multipart/form-data", [], parts: [part]) == text)
    }

    @Test func `malformed percent-encoding stays as it is`() throws {
        let request = try post("application/x-www-form-urlencoded", "a=%+1%-1%1%")
        #expect(request.parameters == ["a": "% 1%-1%1%"])
    }
}
