extension PGConnection {
    /// The call that an activity other than statements works for now.
    var activityCall: PGCall? {
        switch self.activity {
        case .pipeline: nil
        case .script(let call, _): call
        case .rows(let stream): stream.waiting
        case .copyIn(let copy): copy.waiting
        case .copyOut(let copy): copy.waiting
        }
    }

    /// Whether the server works on something that nobody waits for.
    ///
    /// A stream whose consumer is busy with the rows it has is not abandoned: then there is no call.
    var isHeadAbandoned: Bool {
        switch self.activity {
        case .pipeline: self.inFlight.first.map { !$0.isLive } ?? false
        case .rows(let stream) where stream.isDropping: stream.cancelsDropping
        case .copyOut(let copy) where copy.isDropping: true
        case .script, .rows, .copyIn, .copyOut: self.activityCall.map { !$0.isLive } ?? false
        }
    }

    var isHeadCancelRequested: Bool {
        switch self.activity {
        case .pipeline: self.inFlight.first?.progress?.isCancelRequested ?? false
        case .script(_, let answer): answer.isCancelRequested
        case .rows(let stream): stream.isCancelRequested
        case .copyIn(let copy): copy.isCancelRequested
        case .copyOut(let copy): copy.isCancelRequested
        }
    }

    /// Notes that a cancel request is meant for the head, and may strike what is behind it.
    func markCancelRequested() {
        switch self.activity {
        case .pipeline:
            var isHead = true
            for call in self.inFlight {
                if isHead {
                    call.progress?.isCancelRequested = true
                } else {
                    call.progress?.mayBeStruck = true
                }
                isHead = false
            }
        case .script(_, let answer): answer.isCancelRequested = true
        case .rows(let stream): stream.isCancelRequested = true
        case .copyIn(let copy): copy.isCancelRequested = true
        case .copyOut(let copy): copy.isCancelRequested = true
        }
    }

    /// What still comes of an abandoned stream is read, and dropped.
    func beginDropping() {
        switch self.activity {
        case .pipeline, .script, .copyIn: return
        case .rows(let stream): if !stream.isDropping { stream.drop(cancels: true) }
        case .copyOut(let copy): copy.drop()
        }
        self.isReadingPaused = false
    }
}
