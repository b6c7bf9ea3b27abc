/// How many connections there are of each kind, and how many calls wait for one.
struct PoolCounts: Equatable {
    var shared = 0
    var leased = 0
    var opening = 0
    var waiting = 0
}
