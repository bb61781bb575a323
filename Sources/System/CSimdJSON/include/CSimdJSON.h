// JSON text to selected values, by simdjson's DOM parser (which picks its kernel at run time):
// full validation, no trailing bytes, bounded depth. One parser per thread.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csj_parser csj_parser;

enum { CSJ_ABSENT = 0, CSJ_NULL, CSJ_BOOL, CSJ_INTEGER, CSJ_DOUBLE, CSJ_TEXT, CSJ_OBJECT, CSJ_ARRAY };

typedef struct {
  const char *bytes;
  size_t length;
} csj_text;

typedef struct {
  uint8_t type;
  uint8_t repeated;   // the key stood more than once
  uint16_t name;      // which of the names it was found under
  int64_t integer;    // CSJ_BOOL, CSJ_INTEGER
  double number;      // CSJ_INTEGER, CSJ_DOUBLE
  csj_text text;      // CSJ_TEXT; valid until the next parse
  size_t place;       // where the value stands on the parser's tape
} csj_value;

csj_parser *csj_new(size_t bytes_max, size_t depth_max);
void csj_free(csj_parser *parser);

// 0, or an error whose text csj_message gives. `bytes` must be followed by 64 readable bytes.
int csj_parse(csj_parser *parser, const char *bytes, size_t length);
const char *csj_message(int error);
int csj_root_type(const csj_parser *parser);

// Makes the object under `key` of the root object the root; 1, or 0 where there is none.
int csj_enter(csj_parser *parser, const char *key, size_t length);

// Makes the array under `key` of the root object (or the root itself, where `key` is empty) the
// current one; its length, -1 where it is absent, -2 where it is not an array.
int64_t csj_open_array(csj_parser *parser, const char *key, size_t length);

// Reads the values of `names` from the next item of the current array (`root`: from the root) into
// `values`. `names` has `count` entries, `slots[i]` says into which value name i goes. 1 on
// success, 0 at the array's end, -1 where the item is not an object. `unknown` receives the first
// key that is not among the names, or the first that names a card's verification code.
int csj_next(csj_parser *parser, int root, const csj_text *names, const uint16_t *slots,
             size_t count, csj_value *values, size_t value_count, csj_text *unknown);

// The text of a number that csj_next read last, where it stands in the parsed bytes, which must
// still be there; empty where it is none. Cost: a walk over the item, and once over what is before.
csj_text csj_number_text(csj_parser *parser, const csj_value *value);
// Whether a name is one under which a card's verification code travels, in whatever case and with
// whatever between its words.
bool csj_is_verification_code(const char *name, size_t length);

#ifdef __cplusplus
}
#endif
