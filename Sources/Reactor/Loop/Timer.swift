/// An action that runs once at its deadline. The loop keeps it alive until then.
package final class Timer {
    let deadline: Instant
    private var action: (() -> Void)?
    /// The position in the queue's heap; -1 if it isn't queued.
    fileprivate var index = -1
    private weak var loop: EventLoop?

    init(deadline: Instant, action: @escaping () -> Void, loop: EventLoop) {
        self.deadline = deadline
        self.action = action
        self.loop = loop
    }

    /// Does nothing once the action has run.
    package func cancel() {
        action = nil
        loop?.cancel(self)
    }

    func run() {
        let action = action
        self.action = nil
        action?()
    }
}

/// A loop's timers, earliest first: a binary heap in which each timer knows its index.
struct TimerQueue {
    private var heap: [Timer] = []

    mutating func insert(_ timer: Timer) {
        timer.index = heap.count
        heap.append(timer)
        moveUp(from: timer.index)
    }

    mutating func remove(_ timer: Timer) {
        guard timer.index >= 0 else { return }
        let index = timer.index
        swapAt(index, heap.count - 1)
        heap.removeLast()
        timer.index = -1
        if index < heap.count {
            moveUp(from: index)
            moveDown(from: index)
        }
    }

    /// The timeout for epoll, rounded up so that no timer runs early.
    func millisecondsToNext(from now: Instant) -> Int64 {
        guard let next = heap.first else { return .max }
        let wait = (next.deadline - now).nanoseconds
        return max(0, wait / 1_000_000 + (wait % 1_000_000 > 0 ? 1 : 0))
    }

    /// Removes and returns the timers that are due. A timer added while these run waits for the next turn.
    mutating func takeDue(at now: Instant) -> [Timer] {
        var due: [Timer] = []
        while let next = heap.first, next.deadline <= now {
            remove(next)
            due.append(next)
        }
        return due
    }

    private mutating func moveUp(from start: Int) {
        var index = start
        while index > 0, heap[index].deadline < heap[(index - 1) / 2].deadline {
            swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func moveDown(from start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && heap[child].deadline < heap[least].deadline {
                least = child
            }
            guard least != index else { return }
            swapAt(index, least)
            index = least
        }
    }

    private mutating func swapAt(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        heap[left].index = left
        heap[right].index = right
    }
}
