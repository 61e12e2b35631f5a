import CLinux

@main
struct BoardInit {
  static func main() { clinux_exit(0) }
}
