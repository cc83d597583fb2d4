import CPlugin
import Files

/// Where libtel's own plugins are. `make install` puts them there: in the folder
/// tel/plugins beside libtel.so.
public enum PluginFolder {
  private static let below: StaticString = "tel/plugins"

  #if arch(x86_64)
    private static let triplet: StaticString = "x86_64-linux-gnu"
  #elseif arch(arm64)
    private static let triplet: StaticString = "aarch64-linux-gnu"
  #else
    private static let triplet: StaticString = "none"
  #endif

  /// For a program in the folder bin beside lib: the first of these that is there.
  public static func ofProgram(at program: Path) -> Path? {
    let prefix = program.parent.parent
    let library = prefix.appending("lib")
    for folder in [library, library.appending(triplet), prefix.appending("lib64")] {
      let plugins = folder.appending(below)
      var attributes = Kernel.Attributes()
      if Kernel.attributes(at: plugins, &attributes) == 0 { return plugins }
    }
    return nil
  }

  /// For the library that has this code, if it is in the folder tel itself.
  public static var besideThisLibrary: Path? {
    guard let own = cplugin_own_path() else { return nil }
    return Path(cString: own).absolute.parent.appending("plugins")
  }
}
