import Testing

@testable import Intake

@Suite struct IntakeTests {
  @Test func aBodyMayBeAsLongAsTheReferenceTakes() { #expect(Intake.limit == 102_400) }
}
