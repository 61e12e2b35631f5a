import Testing

@testable import PeerNet

/// What a connection keeps between messages, and when it lets go.
@Suite struct BufferTests {
  private static let frame: [UInt8] = [0, 1, 0, 0] + [UInt8](repeating: 7, count: 65_536)

  @Test func receivedBytesReuseTheirBufferUntilTheConnectionIsIdle() throws {
    var reader = FrameReader()
    Self.frame.withUnsafeBytes { reader.append($0) }
    let body = try reader.next(maximum: WireFormat.maximumFrame)
    #expect(body == 4..<65_540)
    reader.discardRead()
    #expect(reader.isEmpty)
    #expect(reader.buffer.capacity >= 65_540)
    reader.trim()
    #expect(reader.buffer.capacity == 0)
  }

  @Test func trimmingLosesNothingThatWaits() throws {
    var reader = FrameReader()
    Self.frame.prefix(60_000).withUnsafeBytes { reader.append($0) }
    reader.trim()
    Self.frame.dropFirst(60_000).withUnsafeBytes { reader.append($0) }
    let body = try #require(try reader.next(maximum: WireFormat.maximumFrame))
    #expect(reader.buffer[body].allSatisfy { $0 == 7 } && body.count == 65_536)
  }

  @Test func sentBytesReuseTheirBufferUntilTheConnectionIsIdle() throws {
    var outbox = Outbox(wire: .one, budget: 1 << 18)
    outbox.appendRaw { $0.append(contentsOf: Self.frame) }
    let taken = outbox.take()
    let bytes = try #require(taken)
    #expect(bytes.count == Self.frame.count + 4)
    #expect(outbox.sealed.capacity == 0)
    outbox.unblock()
    outbox.reuse(bytes)
    #expect(outbox.isEmpty && outbox.sealed.capacity >= 65_540)
    outbox.trim()
    #expect(outbox.sealed.capacity == 0)
    // What comes back late is not put over what was written meanwhile.
    outbox.appendRaw { $0.append(1) }
    outbox.reuse([9])
    #expect(outbox.sealed == [0, 0, 0, 1, 1])
  }
}
