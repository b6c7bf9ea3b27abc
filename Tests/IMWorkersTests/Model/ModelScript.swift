import IMProtocol

/// A schedule that is told step by step.
struct ModelScript {
    let world: ModelWorld

    /// Lets calls of a process succeed until it makes one of this name; nil when it makes none.
    @discardableResult
    func wait(_ process: ModelProcess, for name: String) -> ModelCall? {
        for _ in 0..<2000 {
            let ready = self.world.schedule.ready.filter { $0.process === process }
            if let call = ready.first(where: { $0.name == name }) { return call }
            guard let next = ready.first(where: { $0.name != "watch" }) else { break }
            self.world.schedule.end(next, .done)
        }
        if self.world.mutation == nil { self.world.truth.breaks("\(process.name) never calls \(name)") }
        return nil
    }

    /// Lets a process run until it makes the call, and ends that.
    func end(_ process: ModelProcess, _ name: String, _ outcome: ModelOutcome = .done) {
        guard let call = self.wait(process, for: name) else { return }
        self.world.schedule.end(call, outcome)
    }

    /// Lets a process run until it has nothing to do; sleeps as often as given.
    func run(_ process: ModelProcess, sleeps: Int = 20) {
        var sleeps = sleeps
        for _ in 0..<2000 {
            let ready = self.world.schedule.ready.filter { $0.process === process && $0.name != "watch" }
            guard let next = ready.first(where: { $0.name != "sleep" }) ?? (sleeps > 0 ? ready.first : nil) else {
                return
            }
            if next.name == "sleep" { sleeps -= 1 }
            self.world.schedule.end(next, .done)
        }
    }

    /// Lets a process look how far the history is.
    func watch(_ process: ModelProcess) {
        for _ in 0..<20 {
            guard let call = self.world.schedule.ready.first(where: { $0.process === process && $0.name == "watch" })
            else { return self.run(process) }
            self.world.schedule.end(call, .done)
            self.run(process)
            return
        }
    }

    /// A transfer that owns the partition from now on; who owned it before does not know.
    @discardableResult
    func newOwner(_ partition: Int32 = 0) -> ModelProcess {
        let process = self.world.startTransfer()
        self.world.assignTransfer(partition, to: process)
        return process
    }

    /// Ends a process; nothing that it has under way takes effect.
    func kill(_ process: ModelProcess) {
        self.world.schedule.kill(process) { _ in false }
    }

    /// Messages arrive, and a transfer works until it has nothing to do.
    func transfer(_ ids: String..., by process: ModelProcess) {
        for id in ids { self.arrive(id) }
        self.run(process)
    }

    /// A message arrives; one of the same id is the same message again.
    func arrive(_ id: String, in partition: Int32 = 0) {
        let time = Int64(id.utf8.first ?? 0)
        self.world.arrive(self.world.message(id, createTime: time), in: partition)
    }
}
