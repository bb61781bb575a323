/// The program: one command line, one process.
@main
struct Assay {
  static func main() {}
}
