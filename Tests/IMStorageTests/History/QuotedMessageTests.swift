import Foundation
import IMProtocol
import Testing

@testable import IMStorage

@Suite struct QuotedMessageTests {
    private func quote(_ content: String, contentType: Int32 = 114) -> Openim_Sdkws_MsgData {
        var message = Messages.text(seq: 9)
        message.contentType = contentType
        message.content = Data(content.utf8)
        return message
    }

    private static let content =
        #"{"text":"yes","quoteMessage":{"clientMsgID":"c3","seq":3,"contentType":101,"content":"{}x","sendTime":"#
        + #"9007199254740993},"messageEntityList":[1.50]}"#

    @Test func `a quote names the message that it repeats`() throws {
        let quote = try #require(QuotedMessage(in: self.quote(Self.content)))
        #expect(quote.seq == 3)
        #expect(quote.clientMsgID == "c3")
    }

    @Test(
        arguments: [
            "", "{", "[]", "{}", #"{"quoteMessage":null}"#, #"{"quoteMessage":{}}"#, #"{"quoteMessage":{"seq":0}}"#,
            #"{"quoteMessage":{"seq":-1}}"#, #"{"quoteMessage":{"seq":"3"}}"#, #"{"quoteMessage":{"seq":1e99}}"#,
            #"{"quoteMessage":{"seq":3,"contentType":2101}}"#,
        ]
    )
    func `content that quotes nothing is left alone`(content: String) {
        #expect(QuotedMessage(in: self.quote(content)) == nil)
    }

    @Test func `other types of messages are no quotes`() {
        #expect(QuotedMessage(in: self.quote(Self.content, contentType: 101)) == nil)
    }

    @Test func `the quoted part becomes the revocation, all else stays as it was`() throws {
        let quote = try #require(QuotedMessage(in: self.quote(Self.content)))
        let expected =
            #"{"text":"yes","quoteMessage":{"clientMsgID":"c3","seq":3,"contentType":2101,"content":"{\"a\":1}","#
            + #""sendTime":9007199254740993},"messageEntityList":[1.50]}"#
        #expect(String(decoding: quote.content(revoked: #"{"a":1}"#), as: UTF8.self) == expected)
    }

    @Test func `a quoted message that is gone leaves an empty object`() throws {
        let quote = try #require(QuotedMessage(in: self.quote(#"{"quoteMessage":{"seq":3,"Content":"x"}}"#)))
        let expected = #"{"quoteMessage":{"seq":3,"Content":"{}","contentType":2101}}"#
        #expect(String(decoding: quote.content(revoked: nil), as: UTF8.self) == expected)
    }
}
