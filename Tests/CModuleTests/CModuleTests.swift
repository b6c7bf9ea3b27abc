import CCurl
import CHiredis
import CMongoc
import COpenSSL
import CPq
import CRdkafka
import CZlib
import Testing

/// Each C module compiles, links and answers a call.
@Suite struct CModuleTests {
    @Test func `hiredis formats a command`() {
        var target: UnsafeMutablePointer<CChar>?
        let length = "PING".withCString { argument in
            var arguments: [UnsafePointer<CChar>?] = [argument]
            return redisFormatCommandArgv(&target, 1, &arguments, nil)
        }
        defer { redisFreeCommand(target) }
        #expect(length == "*1\r\n$4\r\nPING\r\n".utf8.count)
    }

    @Test func `librdkafka tells its version`() {
        #expect(rd_kafka_version() >= 0x0200_0000)
    }

    @Test func `libbson makes a document`() {
        let document = bson_new()
        defer { bson_destroy(document) }
        #expect(bson_append_int32(document, "a", -1, 1))
        #expect(bson_count_keys(document) == 1)
    }

    @Test func `libmongoc tells its version`() {
        #expect(String(cString: mongoc_get_version()).hasPrefix("1."))
    }

    @Test func `libpq tells its version`() {
        #expect(PQlibVersion() >= 150_000)
    }

    @Test func `libcurl tells its version`() {
        #expect(String(cString: curl_version()).hasPrefix("libcurl/"))
    }

    @Test func `OpenSSL tells its version`() {
        #expect(OpenSSL_version_num() >= 0x3000_0000)
    }

    @Test func `zlib computes a checksum`() {
        #expect(crc32(0, [0x61, 0x62, 0x63], 3) == 0x3524_41C2)
    }
}
