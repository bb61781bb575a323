/// The plain page at `/`: what the server does just now, read from `/metrics`.
enum StatusPage {
  static let html = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Assay</title>
    <link rel="stylesheet" href="/docs/status.css">
    </head>
    <body>
    <h1>Assay</h1>
    <p>Decides, in real time, whether a payment is fraud.</p>
    <table aria-live="polite">
      <tr><th>Decisions since start</th><td id="total">…</td></tr>
      <tr><th>Decisions a second</th><td id="rate">…</td></tr>
      <tr><th>Approved</th><td id="approve">…</td></tr>
      <tr><th>Challenged</th><td id="challenge">…</td></tr>
      <tr><th>For review</th><td id="review">…</td></tr>
      <tr><th>Declined</th><td id="decline">…</td></tr>
      <tr><th>Waiting in the queue</th><td id="queue">…</td></tr>
      <tr><th>Mean write and sync of the journal</th><td id="sync">…</td></tr>
      <tr><th>Projection behind by</th><td id="lag">…</td></tr>
    </table>
    <p class="note" id="state">connecting</p>
    <script src="/docs/status.js"></script>
    </body>
    </html>
    """

  static let style = """
    :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
    body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid #8884; }
    td { text-align: right; font-variant-numeric: tabular-nums; }
    p.note { color: #888; }
    """

  static let script = """
    const outcomes = ["approve", "challenge", "review", "decline"];
    let last = null;
    const put = (id, text) => { document.getElementById(id).textContent = text; };
    async function look() {
      try {
        const text = await (await fetch("/metrics")).text();
        const value = (name) => {
          const line = text.split("\\n").find((l) => l.startsWith(name + " "));
          return line ? Number(line.slice(name.length + 1)) : 0;
        };
        const counts = outcomes.map((o) => value(`fraud_decisions_total{decision="${o}"}`));
        const total = counts.reduce((a, b) => a + b, 0);
        const now = performance.now();
        outcomes.forEach((o, i) => put(o, counts[i].toLocaleString()));
        put("total", total.toLocaleString());
        if (last) put("rate", ((total - last.total) / (now - last.now) * 1000).toFixed(1));
        last = { total, now };
        put("queue", value("assay_queue_depth"));
        put("lag", value("assay_projection_lag_bytes").toLocaleString() + " bytes");
        const n = value("assay_journal_sync_duration_seconds_count");
        const sum = value("assay_journal_sync_duration_seconds_sum");
        put("sync", n ? (sum / n * 1000).toFixed(2) + " ms" : "–");
        put("state", "updated " + new Date().toLocaleTimeString());
      } catch (error) {
        put("state", "the server does not answer");
      }
    }
    look();
    setInterval(look, 1000);
    """

  /// What the page loads, by its names below `/docs`.
  static let parts = ["status.css": Array(style.utf8), "status.js": Array(script.utf8)]
}
