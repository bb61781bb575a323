// Longer than 400 lines: a whole document, copied by `make embed` from docs/interface.

/// The streams, as it is served.
enum Asyncapi {
  static let text: StaticString = #"""
    {
     "asyncapi": "3.0.0",
     "info": {
      "title": "Assay: streams",
      "version": "0.1.0",
      "description": "Decisions as they become durable, in the order of the log."
     },
     "servers": {
      "local": {"host": "localhost:8000", "protocol": "ws"},
      "events": {"host": "localhost:8000", "protocol": "http"}
     },
     "channels": {
      "decisions": {
       "address": "/api/v1/stream",
       "description": "WebSocket, or server-sent events; filters and places stand in the query.",
       "servers": [{"$ref": "#/servers/local"}, {"$ref": "#/servers/events"}],
       "bindings": {
        "ws": {
         "method": "GET",
         "query": {
          "type": "object",
          "properties": {
           "source": {"type": "string"},
           "outcome": {"type": "string", "enum": ["approve", "challenge", "review", "decline"]},
           "min_score": {"type": "number", "minimum": 0, "maximum": 1},
           "fraud_only": {"type": "boolean"},
           "history": {"type": "integer", "minimum": 0, "maximum": 1000},
           "after": {"type": "string", "description": "a place: goes on behind it"}
          }
         }
        }
       },
       "messages": {
        "decision": {"$ref": "#/components/messages/decision"},
        "skipped": {"$ref": "#/components/messages/skipped"},
        "end": {"$ref": "#/components/messages/end"}
       }
      },
      "transfers": {
       "address": "/ws",
       "description": "S3's WebSocket: each decided transfer, live only.",
       "servers": [{"$ref": "#/servers/local"}],
       "messages": {"transfer": {"$ref": "#/components/messages/transfer"}}
      },
      "shop": {
       "address": "/api/ws",
       "description": "S4's WebSocket: up to 1000 rows of the past, then live ones.",
       "servers": [{"$ref": "#/servers/local"}],
       "messages": {"row": {"$ref": "#/components/messages/row"}}
      }
     },
     "operations": {
      "sendDecisions": {"action": "send", "channel": {"$ref": "#/channels/decisions"}},
      "sendTransfers": {"action": "send", "channel": {"$ref": "#/channels/transfers"}},
      "sendRows": {"action": "send", "channel": {"$ref": "#/channels/shop"}}
     },
     "components": {
      "messages": {
       "decision": {
        "summary": "A decision with its reasons and its transaction",
        "contentType": "application/json",
        "payload": {
         "type": "object",
         "required": ["transaction_id", "source", "outcome", "score", "transaction", "fraud", "place"],
         "properties": {
          "transaction_id": {"type": "string"},
          "source": {"type": "string"},
          "outcome": {"type": "string", "enum": ["approve", "challenge", "review", "decline"]},
          "score": {"type": "number", "minimum": 0, "maximum": 1},
          "reasons": {"type": "array", "items": {"type": "object"}},
          "transaction": {"type": "object"},
          "fraud": {"type": "boolean", "description": "declined, or a score of at least 0.5"},
          "place": {"type": "string", "pattern": "^[0-9]+-[0-9]+$"}
         }
        }
       },
       "skipped": {
        "summary": "The client fell behind: what lies between was left out",
        "contentType": "application/json",
        "payload": {
         "type": "object",
         "required": ["skipped"],
         "properties": {
          "skipped": {
           "type": "object",
           "required": ["after", "until"],
           "properties": {"after": {"type": "string"}, "until": {"type": "string"}}
          }
         }
        }
       },
       "end": {
        "summary": "The key or the token is not valid any more; a WebSocket is closed by 1008 instead",
        "contentType": "application/json",
        "payload": {"type": "object", "required": ["end"], "properties": {"end": {"type": "string"}}}
       },
       "transfer": {
        "summary": "A transfer of S3, with is_fraud",
        "contentType": "application/json",
        "payload": {
         "type": "object",
         "required": ["transaction_id", "sender_wallet", "receiver_wallet", "amount", "is_fraud"],
         "properties": {"is_fraud": {"type": "integer", "enum": [0, 1]}}
        }
       },
       "row": {
        "summary": "A row of S4's table",
        "contentType": "application/json",
        "payload": {
         "type": "object",
         "required": ["id", "user_id", "amount", "location", "time", "is_fraud"],
         "properties": {"id": {"type": "integer"}, "is_fraud": {"type": "boolean"}}
        }
       }
      }
     }
    }
    """#
}
