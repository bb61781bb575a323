import Testing

/// Imports point down only, as the table in docs/architecture.md has it.
struct LayeringTests {
  /// A layer imports from lower ranks; inside of some the package's own order rules.
  static let ranks = [
    "System": 0, "Core": 1, "Learning": 2, "Ports": 2, "Adapters": 3, "Services": 4, "App": 5,
  ]
  static let layersWithOrderInside: Set = ["System", "Core", "Learning", "App"]

  /// The adapters that a service may know: protocols of the outside, and how plain files are
  /// written; never where data is kept.
  static let adaptersForServices: Set = ["HTTP", "HTTPClient", "Intake", "BulkFiles"]

  /// Services that know another service, with the reason.
  static let servicesKnowingServices = [
    // The gateway hands submissions to the core thread and answers from what comes back; the two
    // meet in `Submission`, which the pipeline owns. It also shows what the monitor saw, alerts,
    // which it raises and changes for its clients, and what jobs have come to.
    "Gateway": ["Pipeline", "Monitoring", "Alerts", "Batch"],
    // Jobs hand rows to the core thread as the gateway does, and fold a log as start-up does.
    "Batch": ["Pipeline"],
  ]

  /// What an import from a target breaks; nil where it is in order.
  static func objection(
    to imported: PackageDeclarations.Target,
    from target: PackageDeclarations.Target
  ) -> String? {
    if !target.uses.contains(imported.name) {
      return "\(target.name) does not declare that it uses \(imported.name)"
    }
    guard let layer = target.layer, let below = imported.layer else { return nil }
    guard let rank = ranks[layer], let other = ranks[below] else {
      return "there is no layer \(ranks[layer] == nil ? layer : below)"
    }
    if layer == "Services", below == "Services" {
      let allowed = servicesKnowingServices[target.name, default: []].contains(imported.name)
      return allowed ? nil : "services do not know one another"
    }
    if layer == "Services", below == "Adapters", !adaptersForServices.contains(imported.name) {
      return "a service uses the port, not the adapter"
    }
    if layer == below, layersWithOrderInside.contains(layer) { return nil }
    return other < rank ? nil : "\(layer) does not import from \(below)"
  }

  @Test func `every folder of sources is a declared target`() throws {
    let package = try PackageDeclarations()
    #expect(package.targets.count > 30, "Package.swift is no longer read as it is written")
    for target in package.targets {
      #expect(Repository.exists(target.path), "\(target.name) has no folder \(target.path)")
    }
    for layer in try Repository.children(of: "Sources") {
      #expect(LayeringTests.ranks[layer] != nil, "Sources/\(layer) is no layer")
    }
    for file in try Repository.swift(["Sources", "Tests", "Benchmarks"]) {
      #expect(package.owner(of: file.path) != nil, "\(file.path) belongs to no target")
    }
  }

  @Test func `imports point down and are declared`() throws {
    let package = try PackageDeclarations()
    for file in try Repository.swift(["Sources", "Tests", "Benchmarks"]) {
      guard let target = package.owner(of: file.path) else { continue }
      for (module, line) in file.imports {
        guard let imported = package.target(module), imported != target else { continue }
        if let objection = LayeringTests.objection(to: imported, from: target) {
          Issue.record("\(file.path):\(line): imports \(module): \(objection)")
        }
      }
    }
  }

  @Test func `declared uses point down`() throws {
    let package = try PackageDeclarations()
    for target in package.targets {
      for name in target.uses.sorted() {
        guard let used = package.target(name) else {
          Issue.record("Package.swift: \(target.name) uses \(name), which is no target")
          continue
        }
        if let objection = LayeringTests.objection(to: used, from: target) {
          Issue.record("Package.swift: \(target.name) uses \(name): \(objection)")
        }
      }
    }
  }

  @Test func `the server does without the training library`() throws {
    let package = try PackageDeclarations()
    var reached: Set<String> = []
    var open = ["assay"]
    while let name = open.popLast() {
      if reached.insert(name).inserted { open += package.target(name)?.uses.sorted() ?? [] }
    }
    #expect(reached.contains("Engine"))
    #expect(!reached.contains("CXGBoost"))
  }

  @Test func `the core knows nothing of Foundation`() throws {
    for file in try Repository.swift(["Sources/Core", "Sources/Ports"]) {
      for (module, line) in file.imports where module.hasPrefix("Foundation") {
        Issue.record("\(file.path):\(line): imports \(module)")
      }
    }
  }

  @Test func `every exception is needed`() throws {
    let package = try PackageDeclarations()
    for (service, others) in LayeringTests.servicesKnowingServices {
      for other in others {
        let uses = package.target(service)?.uses.contains(other) ?? false
        #expect(uses, "\(service) no longer uses \(other): take it off the list")
      }
    }
  }
}
