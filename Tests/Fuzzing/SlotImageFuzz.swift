import Disk
import Sodium

/// A slot header that decodes is read again as the same one; an image is judged the same in one piece and in many.
/// A header's own checksum is made right, so that what stands in it is reached.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  _ = try? SlotHeader.offset(superblock: input)
  let header = sealed(input)
  if let decoded = try? SlotHeader(decoding: header), (try? SlotHeader(decoding: decoded.encode())) != decoded {
    fatalError("another header")
  }
  // The input as a whole image, and with a sealed header in the place where a small one has it.
  for image in [
    input, Array(input.prefix(4096)) + sealed(Array(input.dropFirst(4096).prefix(200))) + input.dropFirst(4296),
  ] {
    guard judge(image, image.count) == judge(image, 1 + Int(input.first ?? 0)) else { fatalError("another verdict") }
  }
  return 0
}

private func sealed(_ start: [UInt8]) -> [UInt8] {
  let body = start.prefix(4064) + [UInt8](repeating: 0, count: max(0, 4064 - start.count))
  return body + SHA256.hash(Array(body)).bytes
}

private func judge(_ image: [UInt8], _ size: Int) -> Result<SlotHeader, SlotImageFault> {
  var verifier = SlotImageVerifier()
  var rest = image[...]
  while !rest.isEmpty {
    verifier.receive(rest.prefix(size))
    rest = rest.dropFirst(size)
  }
  do throws(SlotImageFault) { return .success(try verifier.finish()) } catch {
    // How far it came depends on the pieces, when the end is missing.
    return .failure(error)
  }
}
