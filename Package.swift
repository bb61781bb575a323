// swift-tools-version: 6.2
import PackageDescription

// The targets stand in layer order and import downwards only: this file reads as the diagram in
// docs/architecture.md, and TidyTests holds every `import` to it.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  // Debug builds check exclusive access at run time; in release the check costs 10 to 40 % of the
  // hot path (docs/decisions/002).
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func named(_ names: [String]) -> [Target.Dependency] { names.map { .byName(name: $0) } }

func system(_ name: String, pkgConfig: String?, apt: String) -> Target {
  .systemLibrary(
    name: name,
    path: "Sources/System/\(name)",
    pkgConfig: pkgConfig,
    providers: [.apt([apt])]
  )
}

func shim(_ name: String, flags: [String] = [], links: [String] = []) -> Target {
  .target(
    name: name,
    path: "Sources/System/\(name)",
    cSettings: [.unsafeFlags(["-O3", "-ffp-contract=off"])],
    cxxSettings: [.unsafeFlags(["-O3", "-ffp-contract=off"] + flags)],
    linkerSettings: links.map { .linkedLibrary($0) }
  )
}

func layer(_ folder: String) -> (_ name: String, _ uses: [String]) -> Target {
  { name, uses in
    .target(
      name: name,
      dependencies: named(uses),
      path: "Sources/\(folder)/\(name)",
      swiftSettings: strict
    )
  }
}

let core = layer("Core")
let port = layer("Ports")
let adapter = layer("Adapters")
let service = layer("Services")

func tests(
  _ name: String,
  _ uses: [String],
  fixtures: Bool = false,
  exclude: [String] = []
) -> Target {
  .testTarget(
    name: name,
    dependencies: named(uses),
    path: "Tests/\(name)",
    exclude: exclude,
    resources: fixtures ? [.copy("Fixtures")] : [],
    swiftSettings: strict
  )
}

let package = Package(
  name: "assay",
  products: [
    .executable(name: "assay", targets: ["assay"]),
    .executable(name: "assay-trainer", targets: ["assay-trainer"]),
  ],
  targets: [
    // System: module maps and the smallest shims.
    shim("CLinux"),
    shim("CSimdJSON", links: ["simdjson", "stdc++"]),
    system("CHTTPParser", pkgConfig: nil, apt: "libhttp-parser-dev"),
    system("CWslay", pkgConfig: nil, apt: "libwslay-dev"),
    system("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    system("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
    system("CJWT", pkgConfig: "libjwt", apt: "libjwt-dev"),
    system("CXGBoost", pkgConfig: "xgboost", apt: "libxgboost-dev"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    shim("CCurl", links: ["curl"]),

    .target(
      name: "Threads",
      dependencies: named(["CLinux"]),
      path: "Sources/System/Threads",
      swiftSettings: strict
    ),

    // Core: pure, synchronous, deterministic.
    core("Numerics", []),
    core("Payments", []),
    core("Language", ["Payments"]),
    core("Journal", ["CLinux", "Payments"]),
    core("Models", ["Numerics"]),
    core("Features", ["CLinux", "Numerics", "Payments", "Language"]),
    core("Rules", ["Payments", "Language", "Features"]),
    core("Engine", ["Numerics", "Payments", "Language", "Features", "Models", "Rules", "Journal"]),

    // Learning: model directories (read without libxgboost), then training and evaluation.
    .target(
      name: "Registry",
      dependencies: named(["CSodium", "Models"]),
      path: "Sources/Learning/Registry",
      swiftSettings: strict
    ),
    .target(
      name: "Learning",
      dependencies: named(["CXGBoost", "Numerics", "Models", "Registry"]),
      path: "Sources/Learning",
      exclude: ["Registry"],
      swiftSettings: strict
    ),

    // Ports: protocols and their in-memory references.
    port("Storage", ["Payments"]),
    port("Messaging", []),

    // Adapters: one C library each, one unsafe file each.
    adapter("HTTP", ["CLinux", "CHTTPParser", "CWslay", "COpenSSL"]),
    adapter("HTTPClient", ["CLinux"]),
    adapter("BulkFiles", ["CLinux"]),
    adapter("FileJournal", ["CLinux", "Threads", "Payments", "Journal"]),
    adapter("SQLiteStore", ["CSQLite", "Storage", "Payments"]),
    adapter("Vault", ["CSodium", "CJWT", "Storage"]),
    adapter("Courier", ["CCurl", "Messaging"]),
    adapter("Intake", ["CLinux", "CSimdJSON", "CSodium", "CZlib", "Payments"]),

    // Services: talk to ports and the core, never to one another's insides.
    service("Pipeline", ["CLinux", "Threads", "Payments", "Journal", "Engine", "Storage"]),
    service("Replay", ["Payments", "Features", "Journal", "Engine", "Intake"]),
    service("Monitoring", ["Threads"]),
    service("Telemetry", ["Threads", "HTTPClient"]),
    service("Alerts", ["CLinux", "Threads", "Payments", "Journal", "Storage", "Messaging"]),
    service("Simulator", ["Payments", "Numerics", "Intake"]),
    service(
      "Batch",
      [
        "CLinux", "Threads", "BulkFiles", "Payments", "Journal", "Engine", "Storage", "Intake",
        "Pipeline",
      ]
    ),
    service(
      "Gateway",
      [
        "CLinux", "Threads", "HTTP", "HTTPClient", "Storage", "Payments", "Features", "Models",
        "Rules",
        "Engine", "Journal", "Intake", "Monitoring", "Pipeline", "Alerts", "Messaging", "Batch",
      ]
    ),

    // App: commands, configuration, wiring: the only place that knows concrete backends. The
    // trainer is a program of its own, so that a server never loads the training library.
    .target(
      name: "Shell",
      dependencies: named(["Threads", "Payments", "Journal", "Engine", "Intake", "Vault"]),
      path: "Sources/App/Shell",
      swiftSettings: strict
    ),
    .executableTarget(
      name: "assay",
      dependencies: named([
        "CLinux", "Threads", "BulkFiles", "Shell", "Numerics", "Payments", "Language", "Features",
        "Rules",
        "Models", "Engine", "Journal", "Registry", "Storage", "HTTP", "HTTPClient", "FileJournal",
        "SQLiteStore",
        "Vault", "Intake", "Replay",
        "Monitoring", "Telemetry", "Pipeline", "Simulator", "Batch", "Gateway", "Alerts",
        "Messaging", "Courier",
      ]),
      path: "Sources/App/assay",
      swiftSettings: strict
    ),
    .executableTarget(
      name: "assay-trainer",
      dependencies: named([
        "Shell", "Payments", "Language", "Features", "Engine", "Journal", "FileJournal", "Intake",
        "Models", "Registry", "Learning", "Replay",
      ]),
      path: "Sources/App/assay-trainer",
      swiftSettings: strict
    ),

    // Tests mirror the sources.
    tests("TidyTests", []),
    .target(
      name: "TestSupport",
      dependencies: named(["Payments", "Journal"]),
      path: "Tests/TestSupport",
      swiftSettings: strict
    ),
    tests("PaymentsTests", ["Payments"]),
    tests("NumericsTests", ["Numerics", "TestSupport"]),
    tests("ModelsTests", ["Numerics", "Models", "TestSupport"]),
    tests(
      "LearningTests",
      ["Numerics", "Models", "Registry", "Learning", "TestSupport"],
      fixtures: true
    ),
    tests("HTTPTests", ["HTTP", "HTTPClient", "CLinux", "TestSupport"]),
    tests("LanguageTests", ["Language", "TestSupport"]),
    tests("RulesTests", ["Rules", "Features", "Language", "Payments", "Engine", "TestSupport"]),
    tests("IntakeTests", ["Intake", "Payments", "TestSupport"]),
    tests(
      "FeaturesTests",
      ["Features", "Language", "Numerics", "Payments", "TestSupport"],
      exclude: ["wrong-programs.txt"]
    ),
    tests("StorageTests", ["Storage", "SQLiteStore", "Payments", "TestSupport"]),
    tests("VaultTests", ["Vault", "Storage"]),
    tests("CourierTests", ["Courier", "Messaging"]),
    tests(
      "AlertsTests",
      ["Alerts", "Journal", "Messaging", "Payments", "Storage", "Vault", "TestSupport"]
    ),
    tests("GatewayTests", ["Gateway", "HTTP", "Storage", "TestSupport"]),
    tests("ShellTests", ["Shell", "Engine", "Features", "Payments"]),
    tests(
      "BatchTests",
      ["Batch", "Storage", "Payments", "Intake", "Engine", "Journal", "Pipeline", "TestSupport"]
    ),
    tests("MonitoringTests", ["Monitoring"]),
    tests("TelemetryTests", ["Telemetry"]),
    tests("SimulatorTests", ["Simulator", "Payments", "Intake"]),
    tests(
      "ReplayTests",
      [
        "Replay", "Shell", "Engine", "Journal", "Features", "Intake", "Simulator", "Payments",
        "TestSupport",
      ]
    ),
    tests("JournalTests", ["Journal", "Payments", "TestSupport", "FileJournal", "BulkFiles"]),
    tests(
      "PipelineTests",
      [
        "Journal", "Engine", "Pipeline", "Storage", "Payments", "Features", "Models", "TestSupport",
      ]
    ),
    tests(
      "SimulationTests",
      ["Journal", "Engine", "Pipeline", "Payments", "Features", "TestSupport"]
    ),

    // Benchmarks: each prints its figures and fails where a goal is missed.
    .executableTarget(
      name: "ModelBenchmarks",
      dependencies: named(["Models", "Learning"]),
      path: "Benchmarks/ModelBenchmarks",
      swiftSettings: strict
    ),
    .executableTarget(
      name: "StoreBenchmarks",
      dependencies: named(["Payments", "Storage", "SQLiteStore"]),
      path: "Benchmarks/StoreBenchmarks",
      swiftSettings: strict
    ),
    .executableTarget(
      name: "EngineBenchmarks",
      dependencies: named([
        "Shell", "Payments", "Features", "Rules", "Models", "Engine", "Journal", "FileJournal",
        "Learning", "Replay",
      ]),
      path: "Benchmarks/EngineBenchmarks",
      swiftSettings: strict
    ),
  ],
  cLanguageStandard: .gnu17,
  cxxLanguageStandard: .cxx17
)
