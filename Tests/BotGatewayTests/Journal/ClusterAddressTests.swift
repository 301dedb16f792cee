import Testing

@testable import BotGateway

struct ClusterAddressTests {
    @Test(arguments: [
        ("postgresql://bot@db/pipegram", "postgresql://bot@db/pipegram"),
        ("postgres://db:5433/pipegram?sslmode=verify-full", "postgresql://db:5433/pipegram"),
        ("postgresql://bot:a@b@db/pipegram", "postgresql://bot@db/pipegram"),
        ("postgresql:///pipegram?host=/run/postgresql", "postgresql:///pipegram"),
    ])
    func `messages name the user, the server and the database, without a password`(
        _ url: String, _ place: String
    ) throws {
        #expect(try #require(ClusterAddress(url)).place == place)
    }

    @Test(arguments: [
        ("postgresql://bot@db/pipegram", false), ("postgresql://bot:secret@db/pipegram", true),
        ("postgresql://db:5433/pipegram", false), ("postgresql://db/pipegram?password=secret", true),
        ("postgresql://db/pipegram?a=b&password=secret", true),
        ("postgresql://db/pipegram?sslpassword=secret", true),
    ])
    func `a password in the URL is noticed`(_ url: String, _ hasPassword: Bool) throws {
        #expect(try #require(ClusterAddress(url)).hasPassword == hasPassword)
    }

    @Test(arguments: ["/var/lib/pipegram", "mysql://db/pipegram", "postgresql:", ""])
    func `anything else is no address`(_ text: String) { #expect(ClusterAddress(text) == nil) }
}
