import JSON
import Testing

@testable import BotAPI

@Suite struct UpdateTests {
    private func malformed(_ json: JSON) -> Update.Malformed? {
        do throws(Update.Malformed) {
            _ = try Update(json)
            return nil
        } catch {
            return error
        }
    }

    @Test func `an update has an id, a kind and a payload`() throws {
        let update = try Update(["update_id": 9001, "message": ["message_id": 5, "text": "hi"]])
        #expect(update.id == 9001)
        #expect(update.kind == "message")
        #expect(update.payload == ["message_id": 5, "text": "hi"])
        #expect(update.line == 0)
    }

    @Test func `the id may be at any position and has 64 bits`() throws {
        let update = try Update(["poll": ["id": "1"], "update_id": 9_223_372_036_854_775_807], line: 7)
        #expect(update.id == .max)
        #expect(update.kind == "poll")
        #expect(update.line == 7)
    }

    @Test func `every known kind is accepted, and so is an unknown one`() throws {
        for kind in UpdateKinds.all + ["brain_wave", ""] {
            #expect(try Update(["update_id": 1, kind: ["a": 1]]).kind == kind)
        }
    }

    @Test func `a member that isn't an object is not a kind`() throws {
        let update = try Update([
            "update_id": 1, "source": "x", "tags": [[:]], "at": .null, "brain_wave": [:],
        ])
        #expect(update.kind == "brain_wave")
    }

    @Test func `of several objects the first of a known kind counts, or else the first`() throws {
        #expect(try Update(["update_id": 1, "meta": [:], "poll": [:], "message": [:]]).kind == "poll")
        #expect(try Update(["update_id": 1, "brain_wave": [:], "meta": [:]]).kind == "brain_wave")
    }

    @Test func `a malformed update's error gives the reason`() {
        for json in [[], "update_id", 5, .null] as [JSON] { #expect(malformed(json) == .notAnObject) }
        for id in ["1", 1.0, .null, [:]] as [JSON] {
            #expect(malformed(["update_id": id, "message": [:]]) == .noID)
        }
        #expect(malformed(["message": [:]]) == .noID)
        #expect(malformed(["update_id": 3]) == .nothingHappened(id: 3))
        #expect(malformed(["update_id": 3, "message": "hi"]) == .nothingHappened(id: 3))
        #expect(
            Update.Malformed.nothingHappened(id: 3).description
                == "update 3 needs an object beside 'update_id', such as 'message'")
    }
}
