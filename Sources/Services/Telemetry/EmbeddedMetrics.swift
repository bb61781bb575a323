import Foundation

/// Lines in CloudWatch's embedded metric format: a log line of which the service makes metrics.
package enum EmbeddedMetrics {
  /// One value, and the unit that CloudWatch calls it by: `Count`, `Seconds`, `Bytes`, `Percent`.
  package struct Value: Sendable {
    package var name: String
    package var unit: String
    package var value: Double

    package init(_ name: String, _ unit: String, _ value: Double) {
      self.name = name
      self.unit = unit
      self.value = value
    }
  }

  /// The line of a minute; `time` is in µs since 1970.
  package static func line(_ values: [Value], service: String, time: Int64) -> String {
    var object: [String: Any] = ["Service": service]
    for value in values where value.value.isFinite { object[value.name] = value.value }
    object["_aws"] =
      [
        "Timestamp": time / 1000,
        "CloudWatchMetrics": [
          [
            "Namespace": "Assay", "Dimensions": [["Service"]],
            "Metrics": values.filter { $0.value.isFinite }.map {
              ["Name": $0.name, "Unit": $0.unit]
            },
          ] as [String: Any]
        ],
      ] as [String: Any]
    // Texts and finite numbers: nothing in it cannot be written as JSON.
    let data = try? JSONSerialization.data(
      withJSONObject: object,
      options: [.sortedKeys, .withoutEscapingSlashes]
    )
    return String(decoding: data ?? Data(), as: UTF8.self)
  }
}
