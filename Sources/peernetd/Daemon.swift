import CInih
import Linux

@main
struct Daemon {
  static func main() {
    print("peernetd \(processArguments().count) ")
  }
}
