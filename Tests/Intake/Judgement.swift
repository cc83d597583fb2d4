import enum Intake.Verdict

/// TestSupport has another Verdict.
typealias IntakeVerdict = Verdict
