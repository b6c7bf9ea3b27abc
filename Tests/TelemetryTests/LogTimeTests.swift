import Testing

@testable import Telemetry

@Suite struct LogTimeTests {
    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00.000Z"), (951_827_696, 7, "2000-02-29T12:34:56.007Z"),
        (1_795_264_496, 789, "2026-11-21T12:34:56.789Z"), (253_402_300_799, 999, "9999-12-31T23:59:59.999Z"),
        (-1, 0, "1969-12-31T23:59:59.000Z"),
    ])
    func `a time is written in UTC with milliseconds`(seconds: Int, milliseconds: Int, expected: String) {
        #expect(LogTime.text(seconds: seconds, milliseconds: milliseconds) == expected)
    }

    @Test func `now has the same form`() {
        let text = LogTime.now()
        #expect(text.utf8.count == 24)
        #expect(text.hasPrefix("2") && text.hasSuffix("Z"))
    }
}
