import Foundation
import IMProtocol
import SwiftProtobuf
import Testing

@testable import IMStorage

struct SearchTextTests {
    @Test(arguments: [
        ("Hello World", "hello world"),
        ("  two\n\tlines \r\n", "two lines"),
        ("ＡＢＣ　１２３！", "abc 123!"),
        ("ÄÖÜ ΑΒΓ ЖЩ", "äöü αβγ жщ"),
        ("冰淇淋 Shop", "冰淇淋 shop"),
        ("👨‍👩‍👧 ❤️", "👨👩👧 ❤"),
        ("nul\u{0}inside\u{7}", "nul inside"),
        ("zero\u{200B}width\u{FEFF}", "zerowidth"),
        ("", ""),
        (" \u{3000}\n", ""),
    ])
    func `folding drops case, width and layout`(_ text: String, _ folded: String) {
        #expect(SearchText.folded(text) == folded)
        #expect(SearchText.folded(folded) == folded)
    }

    @Test func `only the beginning of a long text is kept`() {
        let folded = SearchText.folded(String(repeating: "长", count: 3 * SearchText.scalarsMax))
        #expect(folded.unicodeScalars.count == SearchText.scalarsMax)
    }

    @Test func `a pattern takes its text literally`() {
        #expect(SearchText.pattern(#"50%_\x"#) == #"%50\%\_\\x%"#)
    }

    @Test(arguments: [
        (101, #"{"content":"Hi"}"#, "hi"),
        (118, ##"{"Content":"# Title"}"##, "# title"),
        (106, #"{"text":"@all Lunch","atUserList":["AtAllTag"]}"#, "@all lunch"),
        (114, #"{"text":"Yes","quoteMessage":{"textElem":{"content":"Really?"}}}"#, "yes"),
        (105, #"{"fileName":"Plan.pdf","fileSize":1}"#, "plan.pdf"),
        (110, #"{"data":"{}","description":"Card"}"#, "card"),
        (1400, #"{"detail":"{\"text\":\"Notice\"}"}"#, "notice"),
        (102, #"{"sourcePath":"x"}"#, ""),
        (1501, #"{"detail":"{\"text\":\"no\"}"}"#, ""),
        (101, "not JSON", ""),
        (101, #"{"content":5}"#, ""),
        (101, "", ""),
    ])
    func `each content type has its text`(_ type: Int32, _ content: String, _ text: String) {
        let message = Openim_Sdkws_MsgData.with {
            $0.contentType = type
            $0.content = Data(content.utf8)
        }
        #expect(SearchText.of(message) == text)
    }
}
