import ServerRuntime
import TestKit
import Testing

@Suite struct EnvironmentFileTests {
    @Test func `names, values, comments and quotes are read`() {
        let text = """
            # a comment
            A=1

              B = two words \t
            C="in double"
            D='in single'
              # another = comment
            E=
            F=a=b#c
            G="
            H=""
            I="mixed'
            no equals sign
            A=last
            """
        #expect(
            EnvironmentFile.parse(text) == [
                "A": "last", "B": "two words", "C": "in double", "D": "in single", "E": "", "F": "a=b#c", "G": "\"",
                "H": "", "I": "\"mixed'",
            ]
        )
    }

    @Test func `line ends of any system are line ends`() {
        #expect(EnvironmentFile.parse("A=1\r\nB=2\rC=3\nD=4") == ["A": "1", "B": "2", "C": "3", "D": "4"])
    }

    @Test func `nothing inside a value is expanded`() {
        #expect(EnvironmentFile.parse("A=${B}\nB='$A'") == ["A": "${B}", "B": "$A"])
    }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `any text is read without a trap`(seed: Seed) {
        var random = seed.generator()
        let pieces = ["=", "\"", "'", "#", " ", "\n", "\r\n", "A", "é", "\u{0}", "👩‍👩‍👧", "$", "{"]
        for _ in 0..<500 {
            let count = Int.random(in: 0...20, using: &random)
            let text = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
            _ = EnvironmentFile.parse(text)
        }
    }
}
