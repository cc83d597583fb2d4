import Intake
import NIOCore
import NIOHTTP1

/// How long a connection may take for what: absolute times, which no trickle of
/// bytes puts off. It stands between the HTTP decoder and what answers, and in
/// front of the decoder `FirstBytes` tells it what comes.
///
/// It also sends `100 Continue`, and closes connections after answers that say so,
/// in a way that the client can still read them.
final class Patience: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let limits: Limits
  private let guests: Guests
  private let guest: Guests.Guest
  private var context: ChannelHandlerContext?

  private var deadline: NIODeadline
  private var alarm: (time: NIODeadline, task: Scheduled<Void>)?
  /// Requests whose heads have come and whose answers are not out.
  private var open = 0
  /// The head has come, and the end of the body not.
  private var isReading = false
  /// Bytes have come of a head that is not complete.
  private var isBegun = false
  private var bytesOfBody = 0
  /// An answer has been begun.
  private var isAnswering = false
  private var closes = false
  private var isLingering = false

  /// Bytes of a body that are read and thrown away, before the client is taken
  /// for one that does not listen.
  private static let mostThrownAway = 1 << 20

  init(_ limits: Limits, _ guests: Guests, _ guest: Guests.Guest) {
    (self.limits, self.guests, self.guest) = (limits, guests, guest)
    deadline = .now() + .seconds(limits.head)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    set(deadline)
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  private func end() {
    alarm?.task.cancel()
    alarm = nil
    context = nil
    guests.leave(guest)
  }

  // MARK: What comes

  /// Of `FirstBytes`, after the decoder has had them.
  func bytesCame() {
    guard !isReading, open == 0, !isBegun, !isLingering else { return }
    isBegun = true
    set(.now() + .seconds(limits.head))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      (isBegun, isReading, bytesOfBody) = (false, true, 0)
      open += 1
      set(.now() + .seconds(limits.body))
      if expectsGoOn(head) { write(.head(HTTPResponseHead(version: head.version, status: .continue)), context) }
    case .body(let part):
      bytesOfBody += part.readableBytes
      if bytesOfBody > Patience.mostThrownAway { return context.close(promise: nil) }
    case .end:
      isReading = false
      wait()
    }
    if !isLingering { context.fireChannelRead(data) }
  }

  /// The client sends its body when it hears that it may. If it is too long it
  /// hears something else.
  private func expectsGoOn(_ head: HTTPRequestHead) -> Bool {
    guard head.version == .http1_1, head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) else { return false }
    guard let length = head.headers.first(name: "content-length").flatMap({ Int($0) }) else { return true }
    return length <= Intake.limit
  }

  private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
    context.writeAndFlush(wrapOutboundOut(part), promise: promise)
  }

  // MARK: What goes

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      isAnswering = true
      if guest.isLeaving { head.headers.replaceOrAdd(name: "connection", value: "close") }
      closes = closes || head.headers["connection"].contains { $0.lowercased() == "close" }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body(.byteBuffer(let bytes)):
      if !isReading { deadline = deadline + .seconds(Int64(bytes.readableBytes >> 16)) }
      context.write(data, promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      let written = promise ?? context.eventLoop.makePromise(of: Void.self)
      let own = NIOLoopBound(self, eventLoop: context.eventLoop)
      written.futureResult.whenComplete { _ in own.value.answered() }
      context.write(data, promise: written)
    }
  }

  private func answered() {
    isAnswering = false
    open = max(0, open - 1)
    guard let context else { return }
    if closes, !isLingering {
      // What the client still sends is read for a moment: closing at once would
      // make its system throw the answer away.
      isLingering = true
      set(.now() + .seconds(isReading ? 2 : 1))
      context.close(mode: .output, promise: nil)
    } else if !isReading {
      wait()
    }
  }

  private func wait() {
    if isLingering { return }
    let now = NIODeadline.now()
    guest.waiting.store(open > 0 ? 0 : now.uptimeNanoseconds, ordering: .relaxed)
    set(now + .seconds(open > 0 ? limits.answer : limits.idle))
  }

  // MARK: Time

  /// One alarm for all that happens: it is set anew only if it must ring sooner.
  private func set(_ time: NIODeadline) {
    deadline = time
    guard let context else { return }
    if let alarm, alarm.time <= time { return }
    alarm?.task.cancel()
    let own = NIOLoopBound(self, eventLoop: context.eventLoop)
    alarm = (time, context.eventLoop.scheduleTask(deadline: time) { own.value.ring() })
  }

  private func ring() {
    alarm = nil
    guard let context else { return }
    if NIODeadline.now() < deadline { return set(deadline) }
    if isReading, !isAnswering, !isLingering, open == 1 {
      let body = ByteBuffer(string: "the request took too long; come again\n")
      let headers: HTTPHeaders = ["connection": "close", "content-type": "text/plain; charset=utf-8", "content-length": "\(body.readableBytes)"]
      context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .requestTimeout, headers: headers))), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
      write(.end(nil), context)
    }
    context.close(promise: nil)
  }
}

/// In front of the decoder: it alone sees that a head has been begun.
final class FirstBytes: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private let patience: Patience

  init(_ patience: Patience) { self.patience = patience }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    context.fireChannelRead(data)
    patience.bytesCame()
  }
}
