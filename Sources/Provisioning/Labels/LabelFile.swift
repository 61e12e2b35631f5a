import Glibc
import PeerNetClient

/// The file that labels go to, in the form that its name ends with.
package struct LabelFile {
  private let path: String
  private let write: ([Drawing], Double, Double) -> [UInt8]

  /// The form is known by the end of the name, `.svg` or `.pdf`.
  package init(_ path: String) throws(InvalidSetting) {
    self.path = path
    if path.lowercased().hasSuffix(".svg") {
      write = SVGWriter.write
    } else if path.lowercased().hasSuffix(".pdf") {
      write = PDFWriter.write
    } else {
      throw InvalidSetting("\(Printable.text(path)) ends neither in .svg nor in .pdf")
    }
  }

  /// Writes them; an old file stands until the new one is whole.
  package func put(_ labels: [LabelSheet.Label]) throws(ImageError) {
    let bytes = write(LabelSheet(labels).pages, LabelSheet.width, LabelSheet.height)
    let temporary = path + ".new"
    // A file that a crash left behind, or a FIFO, is not written to. The labels hold no secret.
    unlink(temporary)
    guard let stream = fopen(temporary, "we") else { throw ImageWriter.failure(path, errno) }
    let isWritten = fwrite(bytes, 1, bytes.count, stream) == bytes.count && fflush(stream) == 0
    let number = errno
    fclose(stream)
    guard isWritten else {
      unlink(temporary)
      throw ImageWriter.failure(path, number)
    }
    guard rename(temporary, path) == 0 else { throw ImageWriter.failure(path, errno) }
  }
}
