import Consent
import CounterFile
import Dates
import Files
import JSON

/// Why something stays on this machine.
public enum Refusal {
}
