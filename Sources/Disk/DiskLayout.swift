/// Where things stand on the disk of a flashed board.
public enum DiskLayout {
  /// Bytes that are read and written at once.
  public static let sector = 512
}
