import IMProtocol
import Testing

@testable import IMGateway

@Suite struct AdmissionRequestTests {
    private static let good = "sendID=u&token=t&platformID=1&operationID=o&isBackground=false"

    @Test func `the query of a native client is read`() throws {
        let uri =
            "/msg_gateway?sendID=U&token=T&platformID=2&operationID=O&isBackground=false&sdkVersion=3.8.0&compression=gzip"
        let request = try AdmissionRequest(uri: uri, compressionHeader: nil)
        #expect(request.userID == "U")
        #expect(request.token == "T")
        #expect(request.platform == .android)
        #expect(request.operationID == "O")
        #expect(request.isCompressed)
        #expect(request.encoding == .gob)
        #expect(!request.wantsResponse)
    }

    @Test func `values are percent-decoded, and the first of a key wins`() throws {
        let uri = "/?sendID=a%7Cb+c&sendID=x&token=%E2%82%ac&bad=%zz&platformID=1&operationID=o&isMsgResp=T"
        let request = try AdmissionRequest(uri: uri, compressionHeader: nil)
        #expect(request.userID == "a|b c")
        #expect(request.token == "€")
        #expect(request.wantsResponse)
    }

    @Test func `compression comes from the header when the query has none`() throws {
        let uri = "/?" + Self.good
        #expect(try AdmissionRequest(uri: uri, compressionHeader: "gzip").isCompressed)
        #expect(try !AdmissionRequest(uri: uri, compressionHeader: "br").isCompressed)
        #expect(try !AdmissionRequest(uri: uri + "&compression=none", compressionHeader: "gzip").isCompressed)
    }

    @Test func `the packed form is read`() throws {
        let json =
            #"{"token":"t","userID":"u","platformID":5,"operationID":"o","compression":"gzip","sdkType":"js","#
            + #""sendResponse":true,"background":false,"sdkVersion":"3.8.0"}"#
        let uri = "/?sendID=ignored&v=" + Self.packed(json)
        let request = try AdmissionRequest(uri: uri, compressionHeader: nil)
        #expect(request.userID == "u")
        #expect(request.platform == .web)
        #expect(request.encoding == .json)
        #expect(request.isCompressed && request.wantsResponse)
    }

    private static let refusals: [(String, Int32, String)] = [
        ("", 1602, "platformID is not int"),
        ("platformID=x&isMsgResp=x", 1602, "platformID is not int"),
        ("platformID=1&isMsgResp=x&isBackground=x", 1602, "isMsgResp is not bool"),
        ("platformID=1&isBackground=x", 500, "isBackground: invalid syntax"),
        ("platformID=99", 1602, "operationID is empty"),
        ("platformID=99&operationID=o", 1602, "token is empty"),
        ("platformID=99&operationID=o&token=t", 1602, "sendID is empty"),
        ("platformID=99&operationID=o&token=t&sendID=u&sdkType=x", 1602, "platformID is invalid"),
        ("platformID=99999999999999&operationID=o&token=t&sendID=u", 1602, "platformID is invalid"),
        ("platformID=1&operationID=o&token=t&sendID=u&sdkType=x", 1602, "sdkType is invalid"),
        ("v=!!", 1602, "data is not base64"),
    ]

    @Test(arguments: refusals)
    func `the first failed check decides`(query: String, code: Int32, detail: String) {
        #expect {
            try AdmissionRequest(uri: "/?" + query, compressionHeader: nil)
        } throws: { error in
            let error = error as? IMError
            return error?.code == code && error?.detail == detail
        }
    }

    @Test(arguments: ["nonsense", #"{"platformID":"1"}"#, #"{"token":1}"#, #"{"background":"x"}"#])
    func `a packed form that is no such object is refused`(json: String) {
        #expect {
            try AdmissionRequest(uri: "/?v=" + Self.packed(json), compressionHeader: nil)
        } throws: { error in
            (error as? IMError)?.detail.hasPrefix("data is not json, info=") ?? false
        }
    }

    @Test(arguments: [0, 100, 400, 900, 5000])
    func `a refusal stays below 1024 bytes and keeps its code`(count: Int) {
        let detail = String(repeating: "<", count: count)
        let body = AdmissionAnswer.refusal(IMError(.tokenKicked, message: detail, detail))
        #expect(body.count < 1024)
        #expect(String(decoding: body, as: UTF8.self).hasPrefix(#"{"errCode":1506,"#))
    }

    private static func packed(_ json: String) -> String {
        let bytes = Base64.encode(Array(json.utf8))
        return String(
            String(decoding: bytes, as: UTF8.self).filter { $0 != "=" }
                .map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
        )
    }
}
