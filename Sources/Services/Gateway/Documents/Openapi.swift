// Longer than 400 lines: a whole document, copied by `make embed` from docs/interface.

/// The interface over HTTP, as it is served.
enum Openapi {
  static let text: StaticString = #"""
    {
     "openapi": "3.1.0",
     "info": {
      "title": "Assay",
      "version": "0.1.0",
      "description": "Decides, in real time, whether a payment is fraud, and says why.",
      "license": {"name": "See LICENSE"}
     },
     "servers": [{"url": "/"}],
     "paths": {
      "/api/v1/score": {
       "post": {
        "operationId": "post_api_v1_score",
        "tags": ["Transactions"],
        "summary": "Decide on 1 to 1000 transactions in S1's fields",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "explain",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["0", "1"]}
         }
        ],
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ScoreRequest"}}}
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ScoreAnswer"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"},
         "504": {"$ref": "#/components/responses/504"}
        }
       }
      },
      "/api/v1/transactions": {
       "post": {
        "operationId": "post_api_v1_transactions",
        "tags": ["Transactions"],
        "summary": "Decide on one transaction, an array or lines",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "explain",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["0", "1"]}
         }
        ],
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Transaction"}}}
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "anyOf": [
              {"$ref": "#/components/schemas/Decision"},
              {"$ref": "#/components/schemas/Fallback"},
              {
               "type": "object",
               "required": ["results"],
               "properties": {"results": {"type": "array", "items": {"type": "object"}}}
              }
             ]
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"},
         "504": {"$ref": "#/components/responses/504"}
        }
       },
       "get": {
        "operationId": "get_api_v1_transactions",
        "tags": ["Decisions and labels"],
        "summary": "Decisions, newest first",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "cursor",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"}
         },
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "min_score",
          "in": "query",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1}
         },
         {
          "name": "outcome",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["approve", "challenge", "review", "decline"]}
         },
         {
          "name": "account",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "minLength": 1, "maxLength": 256}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/decisions/{id}": {
       "get": {
        "operationId": "get_api_v1_decisions_id",
        "tags": ["Decisions and labels"],
        "summary": "One decision with its whole explanation",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         },
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["transaction_id", "outcome", "transaction", "verified"],
             "properties": {
              "transaction_id": {"type": "string"},
              "outcome": {"type": "string", "enum": ["approve", "challenge", "review", "decline"]},
              "transaction": {"type": "object"},
              "verified": {"type": "object"}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/labels": {
       "post": {
        "operationId": "post_api_v1_labels",
        "tags": ["Decisions and labels"],
        "summary": "What became known of transactions",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "ingest",
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Label"}}}
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["labels"],
             "properties": {"labels": {"type": "integer", "minimum": 0}}
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"},
         "504": {"$ref": "#/components/responses/504"}
        }
       }
      },
      "/api/v1/activities": {
       "post": {
        "operationId": "post_api_v1_activities",
        "tags": ["Decisions and labels"],
        "summary": "What happened on accounts besides payments",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "ingest",
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Activity"}}}
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Logged"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"},
         "504": {"$ref": "#/components/responses/504"}
        }
       }
      },
      "/api/v1/quarantine": {
       "get": {
        "operationId": "get_api_v1_quarantine",
        "tags": ["Decisions and labels"],
        "summary": "What is refused because the program ended with it in flight",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["quarantined"],
             "properties": {"quarantined": {"type": "array", "items": {"type": "object"}}}
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/quarantine/{subject}/release": {
       "post": {
        "operationId": "post_api_v1_quarantine_subject_release",
        "tags": ["Decisions and labels"],
        "summary": "Let it in again",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "parameters": [
         {
          "name": "subject",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "409": {"$ref": "#/components/responses/409"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/clock": {
       "get": {
        "operationId": "get_api_v1_clock",
        "tags": ["Operation"],
        "summary": "Whether the wall clock runs on as it should",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["state", "step_seconds", "time", "last_received_at"],
             "properties": {
              "state": {"type": "string", "enum": ["steady", "stepped"]},
              "step_seconds": {"type": "number"},
              "time": {"type": "string"},
              "last_received_at": {"type": "string"}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/clock/reset": {
       "post": {
        "operationId": "post_api_v1_clock_reset",
        "tags": ["Operation"],
        "summary": "Confirm that the clock is right as it is",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["received_at"],
             "properties": {"received_at": {"type": "string"}}
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/projections": {
       "get": {
        "operationId": "get_api_v1_projections",
        "tags": ["Operation"],
        "summary": "What follows the log, and how far behind it is",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["projections"],
             "properties": {
              "projections": {
               "type": "array",
               "items": {
                "type": "object",
                "required": ["name", "state", "lag_bytes"],
                "properties": {
                 "name": {"type": "string"},
                 "state": {"type": "string", "enum": ["following", "failing", "detached"]},
                 "lag_bytes": {"type": "integer", "minimum": 0}
                }
               }
              }
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/projections/{name}/rebuild": {
       "post": {
        "operationId": "post_api_v1_projections_name_rebuild",
        "tags": ["Operation"],
        "summary": "Make it again from the log",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "parameters": [
         {
          "name": "name",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "202": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/erasures": {
       "post": {
        "operationId": "post_api_v1_erasures",
        "tags": ["Decisions and labels"],
        "summary": "Erase what is kept of an account besides the log",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["source", "account"],
            "properties": {
             "source": {"type": "string", "minLength": 1, "maxLength": 256},
             "account": {"type": "string", "minLength": 1, "maxLength": 256}
            }
           }
          }
         }
        },
        "responses": {
         "202": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Erasure"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"},
         "504": {"$ref": "#/components/responses/504"}
        }
       }
      },
      "/api/v1/erasures/{position}": {
       "get": {
        "operationId": "get_api_v1_erasures_position",
        "tags": ["Decisions and labels"],
        "summary": "Whether everything has carried an erasure out",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "oversee",
        "parameters": [
         {
          "name": "position",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Erasure"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/analytics/trends": {
       "get": {
        "operationId": "get_api_v1_analytics_trends",
        "tags": ["Decisions and labels"],
        "summary": "What decisions add up to, by hour or day",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "by",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["day", "hour"]}
         },
         {
          "name": "from",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         },
         {
          "name": "to",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         },
         {
          "name": "dimension",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["channel", "outcome"]}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["periods"],
             "properties": {"periods": {"type": "array", "items": {"type": "object"}}}
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/analytics/quality": {
       "get": {
        "operationId": "get_api_v1_analytics_quality",
        "tags": ["Decisions and labels"],
        "summary": "What labels say of decisions and thresholds",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "by",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["day", "hour"]}
         },
         {
          "name": "from",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         },
         {
          "name": "to",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["thresholds", "days"],
             "properties": {
              "thresholds": {"type": "array", "items": {"type": "object"}},
              "days": {"type": "array", "items": {"type": "object"}}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/stream": {
       "get": {
        "operationId": "get_api_v1_stream",
        "tags": ["Live"],
        "summary": "Decisions as they become durable, as WebSocket or events",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "min_score",
          "in": "query",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1}
         },
         {
          "name": "outcome",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["approve", "challenge", "review", "decline"]}
         },
         {
          "name": "fraud_only",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["true", "false"]}
         },
         {
          "name": "history",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 1000}
         },
         {"name": "after", "in": "query", "required": false, "schema": {"type": "string"}}
        ],
        "responses": {
         "101": {"description": "As asked"},
         "200": {
          "description": "As asked",
          "content": {"text/event-stream": {"schema": {"type": "string"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/ws": {
       "get": {
        "operationId": "get_ws",
        "tags": ["Live"],
        "summary": "S3's WebSocket: each decided transfer",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "x-open-to-this-machine": true,
        "responses": {
         "101": {"description": "As asked"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "426": {"$ref": "#/components/responses/426"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/ws": {
       "get": {
        "operationId": "get_api_ws",
        "tags": ["Live"],
        "summary": "S4's WebSocket: the past, then live rows",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "x-open-to-this-machine": true,
        "responses": {
         "101": {"description": "As asked"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "426": {"$ref": "#/components/responses/426"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/transaction": {
       "post": {
        "operationId": "post_api_transaction",
        "tags": ["S4: shop"],
        "summary": "A payment of the shop's form",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "x-open-to-this-machine": true,
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Shop"}}}
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "201": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {
          "description": "A field is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Detail"}}}
         },
         "429": {"$ref": "#/components/responses/429"},
         "500": {
          "description": "Nothing durable came in time",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Detail"}}}
         },
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/transactions": {
       "get": {
        "operationId": "get_api_transactions",
        "tags": ["S4: shop"],
        "summary": "Rows, newest last",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "x-open-to-this-machine": true,
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {"type": "array", "items": {"$ref": "#/components/schemas/ShopRow"}}
           }
          }
         },
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {
          "description": "A field is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Detail"}}}
         },
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/latest": {
       "get": {
        "operationId": "get_latest",
        "tags": ["S3: crypto"],
        "summary": "Transfers, newest first",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "x-open-to-this-machine": true,
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Transfer"}}
           }
          }
         },
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {
          "description": "A field is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Detail"}}}
         },
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/fetch": {
       "get": {
        "operationId": "get_api_fetch",
        "tags": ["S0: accounts and alerts"],
        "summary": "Rows of the anonymised set, newest first",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "x-open-to-this-machine": true,
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["entries"],
             "properties": {"entries": {"type": "array", "items": {"type": "object"}}}
            }
           }
          }
         },
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {
          "description": "A field is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Detail"}}}
         },
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       },
       "post": {
        "operationId": "post_api_fetch",
        "tags": ["S0: accounts and alerts"],
        "summary": "Rows of the anonymised set, newest first",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "x-open-to-this-machine": true,
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["entries"],
             "properties": {"entries": {"type": "array", "items": {"type": "object"}}}
            }
           }
          }
         },
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {
          "description": "A field is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Detail"}}}
         },
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/health": {
       "get": {
        "operationId": "get_api_health",
        "tags": ["S4: shop"],
        "summary": "That it runs",
        "security": [],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
         }
        }
       }
      },
      "/api/": {
       "get": {
        "operationId": "get_api_",
        "tags": ["S4: shop"],
        "summary": "What this is",
        "security": [],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         }
        }
       }
      },
      "/auth/register": {
       "post": {
        "operationId": "post_auth_register",
        "tags": ["S0: accounts and alerts"],
        "summary": "Become a subscriber",
        "security": [],
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["email", "password"],
            "properties": {"email": {"type": "string"}, "password": {"type": "string"}}
           }
          }
         }
        },
        "responses": {
         "201": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {
          "description": "No key or token, or one that is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "413": {"$ref": "#/components/responses/413"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/auth/login": {
       "post": {
        "operationId": "post_auth_login",
        "tags": ["S0: accounts and alerts"],
        "summary": "A token for 30 minutes",
        "security": [],
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Login"}}}
        },
        "responses": {
         "201": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["message", "token"],
             "properties": {"message": {"type": "string"}, "token": {"type": "string"}}
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {
          "description": "No key or token, or one that is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "403": {
          "description": "A role or scope is missing",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "413": {"$ref": "#/components/responses/413"},
         "429": {
          "description": "Too many requests",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/tokentest": {
       "get": {
        "operationId": "get_tokentest",
        "tags": ["S0: accounts and alerts"],
        "summary": "Whether a token is valid",
        "security": [{"accessToken": []}],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "401": {
          "description": "No key or token, or one that is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       },
       "post": {
        "operationId": "post_tokentest",
        "tags": ["S0: accounts and alerts"],
        "summary": "Whether a token is valid",
        "security": [{"accessToken": []}],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "401": {
          "description": "No key or token, or one that is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/setup": {
       "post": {
        "operationId": "post_api_v1_setup",
        "tags": ["Users and keys"],
        "summary": "The first administrator, by the one-time token",
        "security": [],
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["token", "email", "password"],
            "properties": {
             "token": {"type": "string"},
             "email": {"type": "string"},
             "password": {"type": "string"}
            }
           }
          }
         }
        },
        "responses": {
         "201": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/login": {
       "post": {
        "operationId": "post_api_v1_login",
        "tags": ["Users and keys"],
        "summary": "A token for 30 minutes",
        "security": [],
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Login"}}}
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Token"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/logout": {
       "post": {
        "operationId": "post_api_v1_logout",
        "tags": ["Users and keys"],
        "summary": "End all tokens of the user",
        "security": [{"bearer": []}, {"accessToken": []}],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "204": {"description": "As asked"},
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/password": {
       "put": {
        "operationId": "put_api_v1_password",
        "tags": ["Users and keys"],
        "summary": "Another password",
        "security": [{"bearer": []}, {"accessToken": []}],
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["old", "new"],
            "properties": {"old": {"type": "string"}, "new": {"type": "string"}}
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "204": {"description": "As asked"},
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/me": {
       "get": {
        "operationId": "get_api_v1_me",
        "tags": ["Users and keys"],
        "summary": "Who asks, and what they may",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/users": {
       "get": {
        "operationId": "get_api_v1_users",
        "tags": ["Users and keys"],
        "summary": "Users",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "oversee",
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "cursor",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["users"],
             "properties": {"users": {"type": "array", "items": {"type": "object"}}}
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       },
       "post": {
        "operationId": "post_api_v1_users",
        "tags": ["Users and keys"],
        "summary": "A user",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["email", "password", "role"],
            "properties": {
             "email": {"type": "string"},
             "password": {"type": "string"},
             "role": {"$ref": "#/components/schemas/Role"}
            }
           }
          }
         }
        },
        "responses": {
         "201": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/users/{id}/role": {
       "put": {
        "operationId": "put_api_v1_users_id_role",
        "tags": ["Users and keys"],
        "summary": "Another role",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["role"],
            "properties": {"role": {"$ref": "#/components/schemas/Role"}}
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/keys": {
       "get": {
        "operationId": "get_api_v1_keys",
        "tags": ["Users and keys"],
        "summary": "Keys, without their secrets",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "oversee",
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "cursor",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["keys"],
             "properties": {
              "keys": {"type": "array", "items": {"$ref": "#/components/schemas/Key"}}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       },
       "post": {
        "operationId": "post_api_v1_keys",
        "tags": ["Users and keys"],
        "summary": "A key; its secret is shown once",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewKey"}}}
        },
        "responses": {
         "201": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Key"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/keys/{id}/rotate": {
       "post": {
        "operationId": "post_api_v1_keys_id_rotate",
        "tags": ["Users and keys"],
        "summary": "Another secret",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Key"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "409": {"$ref": "#/components/responses/409"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/keys/{id}": {
       "delete": {
        "operationId": "delete_api_v1_keys_id",
        "tags": ["Users and keys"],
        "summary": "Revoke a key",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "204": {"description": "As asked"},
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "409": {"$ref": "#/components/responses/409"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/audit": {
       "get": {
        "operationId": "get_api_v1_audit",
        "tags": ["Users and keys"],
        "summary": "Who changed what, newest first",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "oversee",
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "cursor",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["entries"],
             "properties": {"entries": {"type": "array", "items": {"type": "object"}}}
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/analytics/transaction-patterns": {
       "get": {
        "operationId": "get_api_v1_analytics_transaction_patterns",
        "tags": ["S1: services"],
        "summary": "Amounts by type, percentiles, the largest",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/analytics/risk-distribution": {
       "get": {
        "operationId": "get_api_v1_analytics_risk_distribution",
        "tags": ["S1: services"],
        "summary": "Scores in ten bins and three levels",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/analytics/model-performance": {
       "get": {
        "operationId": "get_api_v1_analytics_model_performance",
        "tags": ["S1: services"],
        "summary": "Predictions and rates",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/analytics/dashboard-summary": {
       "get": {
        "operationId": "get_api_v1_analytics_dashboard_summary",
        "tags": ["S1: services"],
        "summary": "All three, of seven days",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/analytics/health": {
       "get": {
        "operationId": "get_api_v1_analytics_health",
        "tags": ["S1: services"],
        "summary": "Health of the analytics service",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/ingest/stats": {
       "get": {
        "operationId": "get_api_v1_ingest_stats",
        "tags": ["S1: services"],
        "summary": "Counts, dates and amounts",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/ingest/health": {
       "get": {
        "operationId": "get_api_v1_ingest_health",
        "tags": ["S1: services"],
        "summary": "Health of the ingest service",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/database/statistics": {
       "get": {
        "operationId": "get_api_v1_database_statistics",
        "tags": ["S1: services"],
        "summary": "Totals",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/analytics/fraud-trends": {
       "get": {
        "operationId": "get_api_v1_analytics_fraud_trends",
        "tags": ["S1: services"],
        "summary": "Rates by day",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "days",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 3650}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/ingest/transactions": {
       "get": {
        "operationId": "get_api_v1_ingest_transactions",
        "tags": ["S1: services"],
        "summary": "Rows by their day of arrival",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "offset",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 100000}
         },
         {
          "name": "date",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["transactions", "total", "limit", "offset", "service"],
             "properties": {
              "transactions": {"type": "array", "items": {"type": "object"}},
              "total": {"type": "integer", "minimum": 0},
              "limit": {"type": "integer", "minimum": 0},
              "offset": {"type": "integer", "minimum": 0},
              "service": {"type": "string"}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/database/transactions": {
       "get": {
        "operationId": "get_api_v1_database_transactions",
        "tags": ["S1: services"],
        "summary": "Rows between two days",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "offset",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 100000}
         },
         {
          "name": "start_date",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         },
         {
          "name": "end_date",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["transactions", "count", "limit", "offset"],
             "properties": {
              "transactions": {"type": "array", "items": {"type": "object"}},
              "count": {"type": "integer", "minimum": 0},
              "limit": {"type": "integer", "minimum": 0},
              "offset": {"type": "integer", "minimum": 0}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       },
       "post": {
        "operationId": "post_api_v1_database_transactions",
        "tags": ["S1: services"],
        "summary": "One transaction: decided on, and kept",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["transaction"],
            "properties": {"transaction": {"$ref": "#/components/schemas/MobileTransaction"}}
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "500": {
          "description": "Nothing durable came in time",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "503": {"$ref": "#/components/responses/503"},
         "504": {"$ref": "#/components/responses/504"}
        }
       }
      },
      "/api/v1/database/predictions": {
       "get": {
        "operationId": "get_api_v1_database_predictions",
        "tags": ["S1: services"],
        "summary": "Decisions as predictions",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "offset",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 100000}
         },
         {
          "name": "transaction_id",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "minLength": 1, "maxLength": 256}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["predictions", "count"],
             "properties": {
              "predictions": {"type": "array", "items": {"type": "object"}},
              "count": {"type": "integer", "minimum": 0}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       },
       "post": {
        "operationId": "post_api_v1_database_predictions",
        "tags": ["S1: services"],
        "summary": "A prediction: the log has its own",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["prediction"],
            "properties": {
             "prediction": {
              "type": "object",
              "required": ["transaction_id"],
              "properties": {
               "transaction_id": {"type": "string", "minLength": 1, "maxLength": 256},
               "risk_score": {"type": "number", "minimum": 0, "maximum": 1}
              }
             }
            }
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/database/health": {
       "get": {
        "operationId": "get_api_v1_database_health",
        "tags": ["S1: services"],
        "summary": "Health of the store",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {
          "description": "It cannot be done now; try again",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
         }
        }
       }
      },
      "/api/v1/model/health": {
       "get": {
        "operationId": "get_api_v1_model_health",
        "tags": ["S1: services"],
        "summary": "Health of the model service",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {
          "description": "It cannot be done now; try again",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
         }
        }
       }
      },
      "/api/v1/model/model/info": {
       "get": {
        "operationId": "get_api_v1_model_model_info",
        "tags": ["S1: services"],
        "summary": "What scores, on which features",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/ingest/export": {
       "get": {
        "operationId": "get_api_v1_ingest_export",
        "tags": ["S1: services"],
        "summary": "A CSV file of the rows and their predictions",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "date",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         },
         {
          "name": "start_date",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         },
         {
          "name": "end_date",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         }
        ],
        "responses": {
         "200": {"description": "As asked", "content": {"text/csv": {"schema": {"type": "string"}}}},
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/database/export": {
       "get": {
        "operationId": "get_api_v1_database_export",
        "tags": ["S1: services"],
        "summary": "A CSV file of the rows and their predictions",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "date",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         },
         {
          "name": "start_date",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         },
         {
          "name": "end_date",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         }
        ],
        "responses": {
         "200": {"description": "As asked", "content": {"text/csv": {"schema": {"type": "string"}}}},
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/model/score": {
       "post": {
        "operationId": "post_api_v1_model_score",
        "tags": ["S1: services"],
        "summary": "As /api/v1/score",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "explain",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["0", "1"]}
         }
        ],
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ScoreRequest"}}}
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ScoreAnswer"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"},
         "504": {"$ref": "#/components/responses/504"}
        }
       }
      },
      "/api/v1/ingest/score": {
       "post": {
        "operationId": "post_api_v1_ingest_score",
        "tags": ["S1: services"],
        "summary": "As /api/v1/score",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ScoreRequest"}}}
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ScoreAnswer"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"},
         "504": {"$ref": "#/components/responses/504"}
        }
       }
      },
      "/api/v1/ingest/ingest": {
       "post": {
        "operationId": "post_api_v1_ingest_ingest",
        "tags": ["S1: services"],
        "summary": "One transaction: decided on, and kept",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["transaction"],
            "properties": {"transaction": {"$ref": "#/components/schemas/MobileTransaction"}}
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "500": {
          "description": "Nothing durable came in time",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "503": {"$ref": "#/components/responses/503"},
         "504": {"$ref": "#/components/responses/504"}
        }
       }
      },
      "/alerts/create": {
       "post": {
        "operationId": "post_alerts_create",
        "tags": ["S0: accounts and alerts"],
        "summary": "Create a price alert",
        "security": [{"accessToken": []}],
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["coin", "target_price"],
            "properties": {"coin": {"type": "string"}, "target_price": {"type": "string"}}
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {
          "description": "No key or token, or one that is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/alerts/delete": {
       "post": {
        "operationId": "post_alerts_delete",
        "tags": ["S0: accounts and alerts"],
        "summary": "Delete a price alert",
        "security": [{"accessToken": []}],
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "integer"}}
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {
          "description": "No key or token, or one that is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/alerts/fetch_all": {
       "post": {
        "operationId": "post__alerts_fetch_all",
        "tags": ["S0: accounts and alerts"],
        "summary": "The caller's price alerts",
        "security": [{"accessToken": []}],
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "cursor",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         },
         {
          "name": "page",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["message"],
             "properties": {
              "message": {"type": ["array", "string"]},
              "next_cursor": {"type": ["string", "null"]}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {
          "description": "No key or token, or one that is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/alerts/fetch_all/": {
       "post": {
        "operationId": "post__alerts_fetch_all_",
        "tags": ["S0: accounts and alerts"],
        "summary": "The caller's price alerts",
        "security": [{"accessToken": []}],
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "cursor",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         },
         {
          "name": "page",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["message"],
             "properties": {
              "message": {"type": ["array", "string"]},
              "next_cursor": {"type": ["string", "null"]}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {
          "description": "No key or token, or one that is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/alerts/fetch_all/{filter}": {
       "post": {
        "operationId": "post__alerts_fetch_all_filter",
        "tags": ["S0: accounts and alerts"],
        "summary": "The caller's price alerts",
        "security": [{"accessToken": []}],
        "parameters": [
         {
          "name": "filter",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         },
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "cursor",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         },
         {
          "name": "page",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["message"],
             "properties": {
              "message": {"type": ["array", "string"]},
              "next_cursor": {"type": ["string", "null"]}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {
          "description": "No key or token, or one that is not valid",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
         },
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/alerts": {
       "get": {
        "operationId": "get_alerts",
        "tags": ["S2: alerts"],
        "summary": "Payments above 500, in S2's shape",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "x-open-to-this-machine": true,
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["values", "message"],
             "properties": {"values": {"type": "string"}, "message": {"type": "string"}}
            }
           }
          }
         },
         "400": {
          "description": "The request cannot be read",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["values", "message"],
             "properties": {"values": {"type": "string"}, "message": {"type": "string"}}
            }
           }
          }
         },
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/end": {
       "get": {
        "operationId": "get_end",
        "tags": ["S0: accounts and alerts"],
        "summary": "Ends the looks at prices",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"text/plain": {"schema": {"type": "string"}}}
         },
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/alerts": {
       "get": {
        "operationId": "get_api_v1_alerts",
        "tags": ["Alerts"],
        "summary": "Alerts, newest first",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "kind",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["price", "fraud", "system"]}
         },
         {"name": "state", "in": "query", "required": false, "schema": {"type": "string"}},
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "since",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "format": "date"}
         },
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "cursor",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["alerts"],
             "properties": {
              "alerts": {"type": "array", "items": {"$ref": "#/components/schemas/Alert"}},
              "next_cursor": {"anyOf": [{"type": "string"}, {"type": "null"}]}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/alerts/{id}": {
       "get": {
        "operationId": "get_api_v1_alerts_id",
        "tags": ["Alerts"],
        "summary": "One alert, with the transactions it counts",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Alert"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/alerts/{id}/acknowledge": {
       "post": {
        "operationId": "post_api_v1_alerts_id_acknowledge",
        "tags": ["Alerts"],
        "summary": "Acknowledge an alert",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "ingest",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Alert"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "409": {"$ref": "#/components/responses/409"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/alerts/{id}/resolve": {
       "post": {
        "operationId": "post_api_v1_alerts_id_resolve",
        "tags": ["Alerts"],
        "summary": "Resolve an alert",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "ingest",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Alert"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "409": {"$ref": "#/components/responses/409"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/alerts/{id}/reopen": {
       "post": {
        "operationId": "post_api_v1_alerts_id_reopen",
        "tags": ["Alerts"],
        "summary": "Reopen an alert",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "ingest",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Alert"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "409": {"$ref": "#/components/responses/409"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/alerts/{id}/snooze": {
       "post": {
        "operationId": "post_api_v1_alerts_id_snooze",
        "tags": ["Alerts"],
        "summary": "Tell nobody of it for a while",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "ingest",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["minutes"],
            "properties": {"minutes": {"type": "integer", "minimum": 1, "maximum": 1000}}
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Alert"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/webhooks": {
       "post": {
        "operationId": "post_api_v1_webhooks",
        "tags": ["Alerts"],
        "summary": "A receiver of alerts; its secret is shown once",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewWebhook"}}}
        },
        "responses": {
         "201": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Webhook"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       },
       "get": {
        "operationId": "get_api_v1_webhooks",
        "tags": ["Alerts"],
        "summary": "Receivers of alerts",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "oversee",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["webhooks"],
             "properties": {
              "webhooks": {"type": "array", "items": {"$ref": "#/components/schemas/Webhook"}}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/webhooks/{id}": {
       "delete": {
        "operationId": "delete_api_v1_webhooks_id",
        "tags": ["Alerts"],
        "summary": "Tell it nothing more",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "204": {"description": "As asked"},
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/webhooks/dead-letters": {
       "get": {
        "operationId": "get_api_v1_webhooks_dead_letters",
        "tags": ["Alerts"],
        "summary": "What was given up",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "oversee",
        "parameters": [
         {
          "name": "channel",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["webhook", "mail"]}
         },
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "cursor",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["dead_letters"],
             "properties": {"dead_letters": {"type": "array", "items": {"type": "object"}}}
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/webhooks/dead-letters/replay": {
       "post": {
        "operationId": "post_api_v1_webhooks_dead_letters_replay",
        "tags": ["Alerts"],
        "summary": "Try all again",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "parameters": [
         {
          "name": "channel",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["webhook", "mail"]}
         }
        ],
        "responses": {
         "202": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/webhooks/dead-letters/{id}/replay": {
       "post": {
        "operationId": "post_api_v1_webhooks_dead_letters_id_replay",
        "tags": ["Alerts"],
        "summary": "Try one again",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         },
         {
          "name": "channel",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["webhook", "mail"]}
         }
        ],
        "responses": {
         "202": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "409": {"$ref": "#/components/responses/409"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/contacts": {
       "put": {
        "operationId": "put_api_v1_contacts",
        "tags": ["Alerts"],
        "summary": "Where an account's holder wants to be told",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "ingest",
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Contact"}}}
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "204": {"description": "As asked"},
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       },
       "delete": {
        "operationId": "delete_api_v1_contacts",
        "tags": ["Alerts"],
        "summary": "Forget it, and its key",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "ingest",
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["source", "account"],
            "properties": {
             "source": {"type": "string", "minLength": 1, "maxLength": 256},
             "account": {"type": "string", "minLength": 1, "maxLength": 256}
            }
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "204": {"description": "As asked"},
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/notifications/fraud-alert": {
       "post": {
        "operationId": "post_api_v1_notifications_fraud_alert",
        "tags": ["S1: services"],
        "summary": "Tell of a risky transaction",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "ingest",
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["transaction", "risk_score"],
            "properties": {
             "transaction": {"type": "object"},
             "risk_score": {"type": "number", "minimum": 0, "maximum": 1}
            }
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Notified"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/notifications/system-alert": {
       "post": {
        "operationId": "post_api_v1_notifications_system_alert",
        "tags": ["S1: services"],
        "summary": "Tell of the system",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "ingest",
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["alert_type", "message"],
            "properties": {
             "alert_type": {"type": "string", "minLength": 1, "maxLength": 256},
             "message": {"type": "string"},
             "details": {"type": "object"}
            }
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Notified"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/notifications/subscribers": {
       "post": {
        "operationId": "post_api_v1_notifications_subscribers",
        "tags": ["S1: services"],
        "summary": "Who is told",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "requestBody": {
         "required": true,
         "content": {
          "application/json": {
           "schema": {
            "type": "object",
            "required": ["notification_type", "contact"],
            "properties": {
             "notification_type": {
              "type": "string",
              "enum": ["high_risk_alerts", "system_alerts", "daily_reports"]
             },
             "contact": {
              "type": "object",
              "required": ["type", "contact"],
              "properties": {
               "type": {"const": "email"},
               "contact": {"type": "string", "minLength": 1, "maxLength": 256},
               "name": {"type": "string"}
              }
             }
            }
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Notified"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "409": {"$ref": "#/components/responses/409"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       },
       "get": {
        "operationId": "get_api_v1_notifications_subscribers",
        "tags": ["S1: services"],
        "summary": "Who is told, with masked addresses",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "oversee",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/notifications/subscribers/{id}": {
       "delete": {
        "operationId": "delete_api_v1_notifications_subscribers_id",
        "tags": ["S1: services"],
        "summary": "Tell them nothing more",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "204": {"description": "As asked"},
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/notifications/history": {
       "get": {
        "operationId": "get_api_v1_notifications_history",
        "tags": ["S1: services"],
        "summary": "What was told, newest first",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "cursor",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["history", "count"],
             "properties": {
              "history": {"type": "array", "items": {"type": "object"}},
              "count": {"type": "integer", "minimum": 0}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/notifications/stats": {
       "get": {
        "operationId": "get_api_v1_notifications_stats",
        "tags": ["S1: services"],
        "summary": "Totals of it",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/notifications/health": {
       "get": {
        "operationId": "get_api_v1_notifications_health",
        "tags": ["S1: services"],
        "summary": "Health of the notification service",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/batch/jobs": {
       "post": {
        "operationId": "post_api_v1_batch_jobs",
        "tags": ["Batch"],
        "summary": "A job of S1",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         }
        ],
        "requestBody": {
         "required": true,
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewJob"}}}
        },
        "responses": {
         "201": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       },
       "get": {
        "operationId": "get_api_v1_batch_jobs",
        "tags": ["Batch"],
        "summary": "Jobs, newest first",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "status",
          "in": "query",
          "required": false,
          "schema": {"$ref": "#/components/schemas/JobStatus"}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["jobs", "count", "active_jobs", "completed_jobs"],
             "properties": {
              "jobs": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}},
              "count": {"type": "integer", "minimum": 0},
              "active_jobs": {"type": "integer", "minimum": 0},
              "completed_jobs": {"type": "integer", "minimum": 0}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/batch/jobs/{id}": {
       "get": {
        "operationId": "get_api_v1_batch_jobs_id",
        "tags": ["Batch"],
        "summary": "One job, and its first results",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       },
       "delete": {
        "operationId": "delete_api_v1_batch_jobs_id",
        "tags": ["Batch"],
        "summary": "End a job for good",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "409": {"$ref": "#/components/responses/409"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/batch/jobs/{id}/results": {
       "get": {
        "operationId": "get_api_v1_batch_jobs_id_results",
        "tags": ["Batch"],
        "summary": "The job's results as CSV",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {"description": "As asked", "content": {"text/csv": {"schema": {"type": "string"}}}},
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/batch/jobs/{id}/errors": {
       "get": {
        "operationId": "get_api_v1_batch_jobs_id_errors",
        "tags": ["Batch"],
        "summary": "The job's errors as CSV",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {"description": "As asked", "content": {"text/csv": {"schema": {"type": "string"}}}},
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/batch/jobs/{id}/events": {
       "get": {
        "operationId": "get_api_v1_batch_jobs_id_events",
        "tags": ["Batch"],
        "summary": "The job's progress",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "id",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"text/event-stream": {"schema": {"type": "string"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "404": {"$ref": "#/components/responses/404"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/batch/stats": {
       "get": {
        "operationId": "get_api_v1_batch_stats",
        "tags": ["Batch"],
        "summary": "Totals of the jobs that are kept",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/batch/health": {
       "get": {
        "operationId": "get_api_v1_batch_health",
        "tags": ["Batch"],
        "summary": "Health of the batch service",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/batch/uploads": {
       "post": {
        "operationId": "post_api_v1_batch_uploads",
        "tags": ["Batch"],
        "summary": "A file becomes a job",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "mode",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["ingest", "score"]}
         },
         {
          "name": "format",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["csv", "ndjson"]}
         },
         {"name": "name", "in": "query", "required": false, "schema": {"type": "string"}},
         {"name": "map", "in": "query", "required": false, "schema": {"type": "string"}}
        ],
        "requestBody": {
         "required": true,
         "content": {
          "text/csv": {"schema": {"type": "string"}},
          "application/x-ndjson": {"schema": {"type": "string"}},
          "application/gzip": {"schema": {"type": "string"}},
          "multipart/form-data": {
           "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string"}}
           }
          }
         }
        },
        "responses": {
         "201": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "202": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/batch/preview": {
       "post": {
        "operationId": "post_api_v1_batch_preview",
        "tags": ["Batch"],
        "summary": "How a file would be read; nothing is kept",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "score",
        "parameters": [
         {
          "name": "source",
          "in": "query",
          "required": false,
          "schema": {
           "type": "string",
           "enum": [
            "native",
            "paysim",
            "card",
            "payment",
            "crypto",
            "retail",
            "anonymised",
            "sparkov"
           ]
          }
         },
         {
          "name": "mode",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["ingest", "score"]}
         },
         {
          "name": "format",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["csv", "ndjson"]}
         },
         {"name": "name", "in": "query", "required": false, "schema": {"type": "string"}},
         {"name": "map", "in": "query", "required": false, "schema": {"type": "string"}}
        ],
        "requestBody": {
         "required": true,
         "content": {
          "text/csv": {"schema": {"type": "string"}},
          "application/x-ndjson": {"schema": {"type": "string"}},
          "application/gzip": {"schema": {"type": "string"}},
          "multipart/form-data": {
           "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string"}}
           }
          }
         }
        },
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "413": {"$ref": "#/components/responses/413"},
         "422": {"$ref": "#/components/responses/422"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/services/status": {
       "get": {
        "operationId": "get_services_status",
        "tags": ["Operation"],
        "summary": "How S1's services are",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["gateway_status", "services", "timestamp"],
             "properties": {
              "gateway_status": {"type": "string"},
              "services": {"type": "object"},
              "timestamp": {"type": "string", "description": "ISO 8601, UTC"}
             }
            }
           }
          }
         },
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/monitoring/overview": {
       "get": {
        "operationId": "get_api_v1_monitoring_overview",
        "tags": ["Operation"],
        "summary": "Monitoring: overview",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["system_status", "services", "alerts"],
             "properties": {
              "system_status": {"type": "string"},
              "services": {"type": "object"},
              "alerts": {"type": "object"}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/monitoring/services": {
       "get": {
        "operationId": "get_api_v1_monitoring_services",
        "tags": ["Operation"],
        "summary": "Monitoring: services",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["services", "timestamp"],
             "properties": {
              "services": {"type": "object"},
              "timestamp": {"type": "string", "description": "ISO 8601, UTC"}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/monitoring/metrics": {
       "get": {
        "operationId": "get_api_v1_monitoring_metrics",
        "tags": ["Operation"],
        "summary": "Monitoring: metrics",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["metrics", "count"],
             "properties": {
              "metrics": {"type": "array", "items": {"type": "object"}},
              "count": {"type": "integer", "minimum": 0}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/monitoring/alerts": {
       "get": {
        "operationId": "get_api_v1_monitoring_alerts",
        "tags": ["Operation"],
        "summary": "Monitoring: alerts",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "parameters": [
         {
          "name": "limit",
          "in": "query",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
         },
         {
          "name": "severity",
          "in": "query",
          "required": false,
          "schema": {"type": "string", "enum": ["warning", "critical"]}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["alerts", "count"],
             "properties": {
              "alerts": {"type": "array", "items": {"type": "object"}},
              "count": {"type": "integer", "minimum": 0}
             }
            }
           }
          }
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/monitoring/health": {
       "get": {
        "operationId": "get_api_v1_monitoring_health",
        "tags": ["Operation"],
        "summary": "Monitoring: health",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "read",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"}
        }
       }
      },
      "/api/v1/monitoring/start": {
       "post": {
        "operationId": "post_api_v1_monitoring_start",
        "tags": ["Operation"],
        "summary": "Monitoring: start",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/api/v1/monitoring/stop": {
       "post": {
        "operationId": "post_api_v1_monitoring_stop",
        "tags": ["Operation"],
        "summary": "Monitoring: stop",
        "security": [{"apiKey": []}, {"apiKeyQuery": []}, {"bearer": []}, {"accessToken": []}],
        "x-permission": "admin",
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         },
         "400": {"$ref": "#/components/responses/400"},
         "401": {"$ref": "#/components/responses/401"},
         "403": {"$ref": "#/components/responses/403"},
         "429": {"$ref": "#/components/responses/429"},
         "503": {"$ref": "#/components/responses/503"}
        }
       }
      },
      "/health": {
       "get": {
        "operationId": "get_health",
        "tags": ["Operation"],
        "summary": "That it runs, and how its parts are",
        "security": [],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
         }
        }
       }
      },
      "/ready": {
       "get": {
        "operationId": "get_ready",
        "tags": ["Operation"],
        "summary": "Whether payments are decided now, for load balancers",
        "security": [],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["ready"],
             "properties": {"ready": {"type": "boolean"}}
            }
           }
          }
         },
         "503": {
          "description": "It cannot be done now; try again",
          "content": {
           "application/json": {
            "schema": {
             "type": "object",
             "required": ["ready", "reason"],
             "properties": {"ready": {"type": "boolean"}, "reason": {"type": "string"}}
            }
           }
          }
         }
        }
       }
      },
      "/metrics": {
       "get": {
        "operationId": "get_metrics",
        "tags": ["Operation"],
        "summary": "What Prometheus reads",
        "security": [],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"text/plain": {"schema": {"type": "string"}}}
         }
        }
       }
      },
      "/": {
       "get": {
        "operationId": "get_",
        "tags": ["Operation"],
        "summary": "The page; a message for programs",
        "security": [],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "text/html": {"schema": {"type": "string"}},
           "application/json": {"schema": {"$ref": "#/components/schemas/Message"}}
          }
         }
        }
       }
      },
      "/openapi.json": {
       "get": {
        "operationId": "get_openapi_json",
        "tags": ["Operation"],
        "summary": "This document",
        "security": [],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         }
        }
       }
      },
      "/asyncapi.json": {
       "get": {
        "operationId": "get_asyncapi_json",
        "tags": ["Operation"],
        "summary": "The streams, as AsyncAPI",
        "security": [],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Object"}}}
         }
        }
       }
      },
      "/docs": {
       "get": {
        "operationId": "get_docs",
        "tags": ["Operation"],
        "summary": "This document for people",
        "security": [],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {"text/html": {"schema": {"type": "string"}}}
         }
        }
       }
      },
      "/docs/{file}": {
       "get": {
        "operationId": "get_docs_file",
        "tags": ["Operation"],
        "summary": "A part of that page",
        "security": [],
        "parameters": [
         {
          "name": "file",
          "in": "path",
          "required": true,
          "schema": {"type": "string", "minLength": 1, "maxLength": 64}
         }
        ],
        "responses": {
         "200": {
          "description": "As asked",
          "content": {
           "text/css": {"schema": {"type": "string"}},
           "text/javascript": {"schema": {"type": "string"}}
          }
         },
         "404": {"$ref": "#/components/responses/404"}
        }
       }
      }
     },
     "components": {
      "securitySchemes": {
       "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
       "apiKeyQuery": {"type": "apiKey", "in": "query", "name": "api_key"},
       "bearer": {"type": "http", "scheme": "bearer"},
       "accessToken": {"type": "apiKey", "in": "header", "name": "x-access-token"}
      },
      "responses": {
       "400": {
        "description": "The request cannot be read",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       },
       "401": {
        "description": "No key or token, or one that is not valid",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       },
       "403": {
        "description": "A role or scope is missing",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       },
       "404": {
        "description": "It is not there",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       },
       "409": {
        "description": "The id was used for another content",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       },
       "413": {
        "description": "The body is too large",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       },
       "422": {
        "description": "A field is not valid",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       },
       "429": {
        "description": "Too many requests",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       },
       "500": {
        "description": "Nothing durable came in time",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       },
       "503": {
        "description": "It cannot be done now; try again",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       },
       "504": {
        "description": "No decision came in time",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       },
       "426": {
        "description": "It is for WebSocket clients",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
       }
      },
      "schemas": {
       "Error": {
        "type": "object",
        "required": ["error", "message"],
        "properties": {
         "error": {"type": "string"},
         "message": {"type": "string"},
         "field": {"type": "string"},
         "results": {"type": "array", "items": {"type": "object"}}
        }
       },
       "Message": {
        "type": "object",
        "required": ["message"],
        "properties": {"message": {"type": "string"}}
       },
       "Detail": {
        "type": "object",
        "required": ["detail"],
        "properties": {"detail": {"type": ["array", "string"]}}
       },
       "Reason": {"type": "object"},
       "Decision": {
        "type": "object",
        "required": ["transaction_id", "source", "outcome", "decided_by"],
        "properties": {
         "transaction_id": {"type": "string"},
         "source": {"type": "string"},
         "outcome": {"type": "string", "enum": ["approve", "challenge", "review", "decline"]},
         "decided_by": {"type": "string"},
         "score": {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "null"}]},
         "reasons": {"type": "array", "items": {"$ref": "#/components/schemas/Reason"}},
         "position": {"type": "integer", "minimum": 0},
         "duplicate": {"type": "boolean"},
         "contributions": {"anyOf": [{"type": ["array", "object"]}, {"type": "null"}]}
        }
       },
       "Erasure": {
        "type": "object",
        "required": ["source", "position", "done", "projections"],
        "properties": {
         "source": {"type": "string"},
         "position": {"type": "integer", "minimum": 0},
         "done": {"type": "boolean"},
         "projections": {
          "type": "array",
          "items": {
           "type": "object",
           "required": ["name", "erases", "done", "state"],
           "properties": {
            "name": {"type": "string"},
            "erases": {"type": "array", "items": {"type": "string"}},
            "done": {"type": "boolean"},
            "state": {"type": "string", "enum": ["following", "failing", "detached"]}
           }
          }
         }
        }
       },
       "Fallback": {
        "type": "object",
        "required": ["outcome", "decided_by", "score", "items"],
        "properties": {
         "outcome": {"type": "string", "enum": ["approve", "challenge", "review", "decline"]},
         "decided_by": {"const": "fallback"},
         "score": {"type": "null"},
         "items": {"type": "integer", "minimum": 0}
        }
       },
       "Transaction": {
        "type": "object",
        "required": ["account", "amount"],
        "properties": {
         "account": {"type": "string", "minLength": 1, "maxLength": 256},
         "amount": {"type": "number", "minimum": 0, "maximum": 1000000000000},
         "transaction_id": {"type": "string", "minLength": 1, "maxLength": 64},
         "counterparty": {"type": "string", "minLength": 1, "maxLength": 256},
         "channel": {"type": "string", "minLength": 1, "maxLength": 256},
         "device": {"type": "string", "minLength": 1, "maxLength": 256},
         "location": {"type": "string", "minLength": 1, "maxLength": 256},
         "category": {"type": "string", "minLength": 1, "maxLength": 256}
        },
        "example": {"transaction_id": "t1", "account": "A1", "amount": 12.5, "counterparty": "shop"}
       },
       "MobileTransaction": {
        "type": "object",
        "required": [
         "step",
         "type",
         "amount",
         "nameOrig",
         "oldbalanceOrg",
         "newbalanceOrig",
         "nameDest",
         "oldbalanceDest",
         "newbalanceDest"
        ],
        "properties": {
         "step": {"type": "integer", "minimum": 0, "maximum": 100000},
         "type": {"type": "string", "enum": ["PAYMENT", "TRANSFER", "CASH_OUT", "DEBIT", "CASH_IN"]},
         "amount": {"type": "number", "minimum": 0, "maximum": 1000000000000},
         "nameOrig": {"type": "string", "minLength": 1, "maxLength": 256},
         "oldbalanceOrg": {"type": "number", "minimum": 0, "maximum": 1000000000000},
         "newbalanceOrig": {"type": "number", "minimum": 0, "maximum": 1000000000000},
         "nameDest": {"type": "string", "minLength": 1, "maxLength": 256},
         "oldbalanceDest": {"type": "number", "minimum": 0, "maximum": 1000000000000},
         "newbalanceDest": {"type": "number", "minimum": 0, "maximum": 1000000000000},
         "transaction_id": {"type": "string", "minLength": 1, "maxLength": 64}
        }
       },
       "ScoreRequest": {
        "type": "object",
        "required": ["transactions"],
        "properties": {
         "transactions": {
          "type": "array",
          "items": {"$ref": "#/components/schemas/MobileTransaction"},
          "minItems": 1,
          "maxItems": 1000
         }
        }
       },
       "ScoreAnswer": {
        "anyOf": [
         {
          "type": "object",
          "required": ["results", "processed_at", "service", "model_version"],
          "properties": {
           "results": {
            "type": "array",
            "items": {
             "type": "object",
             "required": ["transaction_id", "risk", "prediction"],
             "properties": {
              "transaction_id": {"anyOf": [{"type": "string"}, {"type": "null"}]},
              "risk": {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "null"}]},
              "prediction": {"enum": [0, 1, null]},
              "confidence": {"type": "number", "minimum": 0, "maximum": 1},
              "outcome": {"type": "string", "enum": ["approve", "challenge", "review", "decline"]},
              "duplicate": {"type": "boolean"},
              "error": {"type": "string"},
              "detail": {"type": "string"}
             }
            }
           },
           "processed_at": {"type": "string", "description": "ISO 8601, UTC"},
           "service": {"type": "string"},
           "model_version": {"type": "string"},
           "forwarded_by": {"type": "string"},
           "forwarded_at": {"type": "string", "description": "ISO 8601, UTC"},
           "service_used": {"type": "string"}
          }
         },
         {"$ref": "#/components/schemas/Fallback"}
        ]
       },
       "Label": {
        "type": "object",
        "required": ["transaction_id", "fraud"],
        "properties": {
         "transaction_id": {"type": "string", "minLength": 1, "maxLength": 256},
         "fraud": {"type": "boolean"},
         "source": {"type": "string", "minLength": 1, "maxLength": 256}
        }
       },
       "Activity": {
        "type": "object",
        "required": ["source", "activity", "succeeded", "account"],
        "properties": {
         "source": {"type": "string", "minLength": 1, "maxLength": 256},
         "activity": {
          "type": "string",
          "enum": ["login", "new_device", "new_payee", "password_change"]
         },
         "succeeded": {"type": "boolean"},
         "account": {"type": "string", "minLength": 1, "maxLength": 256},
         "device": {"type": "string", "minLength": 1, "maxLength": 256},
         "time": {"type": "string", "description": "ISO 8601, UTC"},
         "activity_id": {"type": "string", "minLength": 1, "maxLength": 256}
        }
       },
       "Logged": {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": {"type": "object"}}}
       },
       "Shop": {
        "type": "object",
        "required": ["user_id", "amount", "location"],
        "properties": {
         "user_id": {"type": "string", "minLength": 1, "maxLength": 256},
         "amount": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000000},
         "location": {"type": "string", "minLength": 1, "maxLength": 256},
         "time": {"type": "string", "description": "ISO 8601, UTC"}
        }
       },
       "ShopRow": {
        "type": "object",
        "required": ["id", "user_id", "amount", "location", "time", "is_fraud"],
        "properties": {
         "id": {"type": "integer"},
         "user_id": {"type": "string"},
         "amount": {"type": "number"},
         "location": {"type": "string"},
         "time": {"type": "string"},
         "is_fraud": {"type": "boolean"}
        }
       },
       "Transfer": {
        "type": "object",
        "required": [
         "transaction_id",
         "timestamp",
         "sender_wallet",
         "receiver_wallet",
         "amount",
         "currency",
         "is_fraud"
        ],
        "properties": {
         "transaction_id": {"type": "string"},
         "timestamp": {"type": "string"},
         "sender_wallet": {"type": "string"},
         "receiver_wallet": {"type": "string"},
         "amount": {"type": "number"},
         "currency": {"type": "string"},
         "is_fraud": {"type": "integer"}
        }
       },
       "Page": {
        "type": "object",
        "required": ["transactions"],
        "properties": {
         "transactions": {"type": "array", "items": {"type": "object"}},
         "next_cursor": {"anyOf": [{"type": "string"}, {"type": "null"}]},
         "incomplete": {"type": "boolean"}
        }
       },
       "Login": {
        "type": "object",
        "required": ["email", "password"],
        "properties": {"email": {"type": "string"}, "password": {"type": "string"}}
       },
       "Token": {
        "type": "object",
        "required": ["token", "expires_at", "email", "role"],
        "properties": {
         "token": {"type": "string"},
         "expires_at": {"type": "string", "description": "ISO 8601, UTC"},
         "email": {"type": "string"},
         "role": {"$ref": "#/components/schemas/Role"}
        }
       },
       "Role": {"type": "string", "enum": ["subscriber", "viewer", "analyst", "manager", "admin"]},
       "Key": {
        "type": "object",
        "required": ["id", "name", "scopes"],
        "properties": {
         "id": {"type": "integer"},
         "name": {"type": "string"},
         "scopes": {"type": "array", "items": {"$ref": "#/components/schemas/Scope"}},
         "key": {"type": "string"},
         "rate": {"anyOf": [{"type": "object"}, {"type": "null"}]},
         "created": {"type": "string", "description": "ISO 8601, UTC"},
         "expires": {
          "anyOf": [{"type": "string", "description": "ISO 8601, UTC"}, {"type": "null"}]
         },
         "revoked": {
          "anyOf": [{"type": "string", "description": "ISO 8601, UTC"}, {"type": "null"}]
         }
        }
       },
       "Scope": {"type": "string", "enum": ["score", "read", "ingest", "oversee", "admin"]},
       "NewKey": {
        "type": "object",
        "required": ["name", "scopes"],
        "properties": {
         "name": {"type": "string", "minLength": 1, "maxLength": 64},
         "scopes": {
          "type": "array",
          "items": {"$ref": "#/components/schemas/Scope"},
          "minItems": 1,
          "uniqueItems": true
         },
         "expires_days": {"type": "integer", "minimum": 1, "maximum": 3650}
        }
       },
       "Health": {
        "type": "object",
        "required": ["status"],
        "properties": {
         "status": {"type": "string"},
         "service": {"type": "string"},
         "version": {"type": "string"},
         "assay_version": {"type": "string"},
         "timestamp": {"type": "string", "description": "ISO 8601, UTC"}
        }
       },
       "Alert": {
        "type": "object",
        "required": ["id", "kind", "state", "type", "count"],
        "properties": {
         "id": {"type": "integer"},
         "kind": {"type": "string", "enum": ["price", "fraud", "system"]},
         "state": {"type": "string"},
         "type": {"type": "string"},
         "count": {"type": "integer", "minimum": 0},
         "message": {"type": "string"},
         "severity": {"type": "string"}
        }
       },
       "Webhook": {
        "type": "object",
        "required": ["id", "url", "kinds", "created"],
        "properties": {
         "id": {"type": "integer"},
         "url": {"type": "string"},
         "kinds": {"type": "array", "items": {"type": "string"}},
         "created": {"type": "string", "description": "ISO 8601, UTC"},
         "secret": {"type": "string"}
        }
       },
       "NewWebhook": {
        "type": "object",
        "required": ["url"],
        "properties": {
         "url": {"type": "string", "minLength": 1, "maxLength": 2048},
         "kinds": {
          "type": "array",
          "items": {"type": "string", "enum": ["price", "fraud", "system"]},
          "minItems": 1
         }
        }
       },
       "Contact": {
        "type": "object",
        "required": ["source", "account", "email"],
        "properties": {
         "source": {"type": "string", "minLength": 1, "maxLength": 256},
         "account": {"type": "string", "minLength": 1, "maxLength": 256},
         "email": {"type": "string", "minLength": 1, "maxLength": 256}
        }
       },
       "Notified": {
        "type": "object",
        "required": ["status"],
        "properties": {
         "status": {"type": "string"},
         "message": {"type": "string"},
         "sent_count": {"type": "integer", "minimum": 0},
         "failed_count": {"type": "integer", "minimum": 0},
         "alert_record": {"type": "object"}
        }
       },
       "Job": {
        "type": "object",
        "required": [
         "job_id",
         "job_type",
         "status",
         "progress",
         "total_items",
         "processed_items",
         "failed_items"
        ],
        "properties": {
         "job_id": {"type": "string"},
         "job_type": {"type": "string"},
         "status": {"$ref": "#/components/schemas/JobStatus"},
         "progress": {"type": "number"},
         "total_items": {"type": "integer", "minimum": 0},
         "processed_items": {"type": "integer", "minimum": 0},
         "failed_items": {"type": "integer", "minimum": 0}
        }
       },
       "JobStatus": {
        "type": "string",
        "enum": ["pending", "running", "completed", "failed", "cancelled"]
       },
       "NewJob": {
        "type": "object",
        "required": ["job_type", "data"],
        "properties": {
         "job_type": {"type": "string", "enum": ["process_transactions", "process_csv"]},
         "data": {
          "type": "object",
          "required": [],
          "properties": {
           "transactions": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/MobileTransaction"},
            "minItems": 1,
            "maxItems": 1000
           },
           "file_path": {"type": "string"}
          }
         }
        }
       },
       "Object": {"type": "object"}
      }
     }
    }
    """#
}
