import Boards

/// A disk that takes its time, for a board's real process: the kernel stops each fsync and fdatasync of it until a process
/// beside it has slept, one after the other.
enum SlowCard {
  /// What starts a daemon on such a card. It needs no rights.
  static func words(flush seconds: Double) -> [String] { ["/usr/bin/python3", "-c", program, "\(seconds)"] }

  /// Becomes the command behind its delay, with a filter of system calls (seccomp_unotify(2)).
  private static let program = """
    import array, ctypes, fcntl, os, platform, socket, struct, sys, time
    delay, command = float(sys.argv[1]), sys.argv[2:]
    seccomp, fsync, fdatasync = {"x86_64": (317, 74, 75), "aarch64": (277, 82, 83)}[platform.machine()]
    here, there = socket.socketpair()
    if os.fork() == 0:
        there.close()
        for number in (0, 1, 2):
            os.close(number)
        _, ancillary, _, _ = here.recvmsg(1, socket.CMSG_SPACE(4))
        listener = array.array("i", ancillary[0][2])[0]
        try:
            while True:
                notice = bytearray(80)
                fcntl.ioctl(listener, 0xC0502100, notice)
                time.sleep(delay)
                # Go on, as if nothing had been.
                fcntl.ioctl(listener, 0xC0182101, struct.pack("=QqiI", struct.unpack_from("=Q", notice)[0], 0, 0, 1))
        except OSError:
            os._exit(0)
    here.close()
    libc = ctypes.CDLL(None, use_errno=True)
    # The number of the call; fsync and fdatasync are told, the others allowed.
    lines = [(0x20, 0, 0, 0), (0x15, 1, 0, fsync), (0x15, 0, 1, fdatasync), (6, 0, 0, 0x7FC00000), (6, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in lines))
    filter = ctypes.create_string_buffer(struct.pack("@HP", len(lines), ctypes.addressof(code)))
    libc.prctl(38, 1, 0, 0, 0)
    listener = libc.syscall(seccomp, 1, 8, filter)
    if listener < 0:
        sys.exit("no filter: " + os.strerror(ctypes.get_errno()))
    there.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [listener]))])
    there.close()
    os.close(listener)
    os.execv(command[0], command)
    """
}
