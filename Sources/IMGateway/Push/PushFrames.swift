import IMProtocol
import NIOCore
import ServerRuntime

/// One message as a frame in each way of writing it that its receivers use, made once each.
struct PushFrames: Sendable {
    private struct Form: Hashable {
        let encoding: EnvelopeEncoding
        let isCompressed: Bool

        init(_ identity: SessionIdentity) {
            self.encoding = identity.encoding
            self.isCompressed = identity.isCompressed
        }
    }

    private var frames: [Form: ByteBuffer] = [:]

    /// Makes the frames that `targets` need, with the compression stream of `loop`, on its event loop.
    init(_ response: ResponseEnvelope, for targets: [PushTarget], on loop: GatewayLoop) throws(GzipError) {
        for target in targets {
            let form = Form(target.session.identity)
            guard self.frames[form] == nil else { continue }
            self.frames[form] = try loop.encode(response, form.encoding, isCompressed: form.isCompressed)
        }
    }

    /// The frame for a connection; nil for one that was not among the targets.
    func frame(for identity: SessionIdentity) -> ByteBuffer? {
        self.frames[Form(identity)]
    }
}
