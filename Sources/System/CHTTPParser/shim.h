// libhttp-parser hands its findings to callbacks and bitfields. These inline functions turn one call
// into one plain answer, so that no C function pointer is needed in Swift. No policy lives here.
// Each returns 0, or the parser's `http_errno`.
#pragma once
#include <http_parser.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chttp_head {
  uint64_t content_length;
  bool has_content_length;
  bool is_chunked;
  bool keeps_alive;
  bool is_complete;
  uint8_t method;
};

static inline int chttp_took_head(http_parser *parser) {
  struct chttp_head *head = (struct chttp_head *)parser->data;
  head->has_content_length = (parser->flags & F_CONTENTLENGTH) != 0;
  head->content_length = head->has_content_length ? parser->content_length : 0;
  head->is_chunked = (parser->flags & F_CHUNKED) != 0;
  head->keeps_alive = http_should_keep_alive(parser) != 0;
  head->method = (uint8_t)parser->method;
  head->is_complete = true;
  parser->upgrade = 0;  // an upgrade is answered like any other request
  return 0;
}

static inline int chttp_took_chunk_line(http_parser *parser) {
  *(uint64_t *)parser->data = parser->content_length;
  return 0;
}

static inline int chttp_took_message(http_parser *parser) {
  *(bool *)parser->data = true;
  return 0;
}

static inline int chttp_run(
    http_parser *parser, const http_parser_settings *settings, const void *bytes, size_t length,
    void *findings) {
  parser->data = findings;
  size_t taken = http_parser_execute(parser, settings, (const char *)bytes, length);
  parser->data = NULL;
  if (parser->http_errno != HPE_OK) return (int)parser->http_errno;
  return taken == length ? 0 : (int)HPE_UNKNOWN;
}

// A whole head, from the method to the empty line.
static inline int chttp_parse_head(
    http_parser *parser, const void *bytes, size_t length, struct chttp_head *head) {
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_headers_complete = chttp_took_head;
  http_parser_init(parser, HTTP_REQUEST);
  return chttp_run(parser, &settings, bytes, length, head);
}

// A whole chunk-size line with its CRLF; `size` is left alone if the line held none.
static inline int chttp_parse_chunk_line(
    http_parser *parser, const void *bytes, size_t length, uint64_t *size) {
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_chunk_header = chttp_took_chunk_line;
  return chttp_run(parser, &settings, bytes, length, size);
}

// Bytes of a chunk, or the CRLF that ends it.
static inline int chttp_parse_chunk(http_parser *parser, const void *bytes, size_t length) {
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  return chttp_run(parser, &settings, bytes, length, NULL);
}

// The trailer fields with the empty line that ends the message.
static inline int chttp_parse_trailers(
    http_parser *parser, const void *bytes, size_t length, bool *is_complete) {
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_message_complete = chttp_took_message;
  return chttp_run(parser, &settings, bytes, length, is_complete);
}
