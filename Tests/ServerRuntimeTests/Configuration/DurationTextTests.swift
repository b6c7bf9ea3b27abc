import Testing

@testable import ServerRuntime

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("0s", .zero), ("20s", .seconds(20)), ("5m", .seconds(300)),
        ("1h", .seconds(3600)), ("999999999h", .seconds(999_999_999 * 3600)), ("007s", .seconds(7)),
    ])
    func `a number with a unit is a length of time`(text: String, expected: Duration) {
        #expect(DurationText.parse(text) == expected)
    }

    @Test(arguments: [
        "", "5", "s", "ms", "-5s", "+5s", "5 s", " 5s", "5s ", "1.5s", "5S", "5d", "1h30m", "1000000000s",
        "99999999999999999999s", "٣s", "５s",
    ])
    func `anything else is none`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }
}
