/// The page at `/docs`.
enum DocumentPage {
  static let swagger: StaticString = """
    <!doctype html>
    <html lang="en">
    <head><meta charset="utf-8"><title>Assay: the interface</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css"></head>
    <body><div id="page"></div>
    <script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>
    </body></html>
    """

  static let swaggerScript: StaticString = """
    SwaggerUIBundle({url: "/openapi.json", dom_id: "#page", deepLinking: true, validatorUrl: null});
    """

  static let plain: StaticString = """
    <!doctype html>
    <html lang="en">
    <head><meta charset="utf-8"><title>Assay: the interface</title>
    <link rel="stylesheet" href="/docs/plain.css"></head>
    <body><h1>Assay: the interface</h1>
    <p>The whole description is <a href="/openapi.json">openapi.json</a>; the streams are in
    <a href="/asyncapi.json">asyncapi.json</a>.</p>
    <div id="page"></div>
    <script src="/docs/start.js"></script>
    </body></html>
    """

  static let plainStyle: StaticString = """
    body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; }
    code { font: 13px ui-monospace, monospace; }
    td { padding: .15rem 1rem .15rem 0; vertical-align: top; }
    """

  static let plainScript: StaticString = """
    const add = (parent, name, text) => {
      const child = parent.appendChild(document.createElement(name));
      if (text) child.textContent = text;
      return child;
    };
    fetch("/openapi.json").then((answer) => answer.json()).then((found) => {
      const page = document.getElementById("page");
      const groups = new Map();
      for (const [path, methods] of Object.entries(found.paths)) {
        for (const [method, operation] of Object.entries(methods)) {
          const tag = operation.tags[0];
          if (!groups.has(tag)) groups.set(tag, []);
          groups.get(tag).push([method.toUpperCase(), path, operation]);
        }
      }
      for (const [tag, operations] of groups) {
        add(page, "h2", tag);
        const table = add(page, "table");
        for (const [method, path, operation] of operations) {
          const row = add(table, "tr");
          add(add(row, "td"), "code", method);
          add(add(row, "td"), "code", path);
          add(row, "td", operation.summary);
          add(row, "td", operation["x-permission"] || "");
        }
      }
    });
    """
}
