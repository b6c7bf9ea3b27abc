import Testing

@testable import IMStorage

@Suite struct AddressTests {
    @Test(arguments: [
        ("127.0.0.1:1", "127.0.0.1", 1), ("db.example:65535", "db.example", 65_535), ("[::1]:6379", "::1", 6379),
        ("[fe80::1%eth0]:80", "fe80::1%eth0", 80),
    ])
    func `host and port are separated`(text: String, host: String, port: Int) {
        #expect(HostAndPort(text)?.host == host)
        #expect(HostAndPort(text)?.port == port)
    }

    @Test(arguments: [
        "", ":", "host", "host:", ":80", "host:0", "host:65536", "host:-1", "host:x", "host:80 ", "[]:80", "[::1]",
        "host:99999999999999999999",
    ])
    func `anything else is no address`(text: String) {
        #expect(HostAndPort(text) == nil)
    }

    @Test(arguments: [
        ("", ""), ("abcXYZ019-._~", "abcXYZ019-._~"), ("p@ss:w/rd?#", "p%40ss%3Aw%2Frd%3F%23"), (" %+", "%20%25%2B"),
        ("é", "%C3%A9"), ("😀", "%F0%9F%98%80"), ("\n\u{0}", "%0A%00"), ("ª", "%C2%AA"), ("[]", "%5B%5D"),
    ])
    func `a part of a connection string is percent-encoded`(text: String, expected: String) {
        #expect(PercentEncoding.encode(text) == expected)
    }

    @Test(arguments: [
        ("mongodb://127.0.0.1:27017", "127.0.0.1:27017"), ("mongodb://a:1,b:2/db?x=y", "a:1,b:2"),
        ("mongodb://user:pass@a:1,b:2/?authSource=db", "a:1,b:2"), ("mongodb://user:p%40ss@a:1/", "a:1"),
        ("mongodb://user:p@ss@a:1/", "a:1"), ("mongodb+srv://user:pass@cluster.example", "cluster.example"),
        ("mongodb://a:1?directConnection=true", "a:1"), ("a:1", "a:1"), ("", ""), ("mongodb://", ""),
    ])
    func `the hosts of a connection string are shown without the login`(uri: String, expected: String) {
        #expect(MongoHosts.of(uri) == expected)
    }
}
