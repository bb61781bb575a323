#include "CSimdJSON.h"

#include <cstring>
#include <new>
#include <simdjson.h>

using namespace simdjson;

// The tape and the list of structural characters are in the order of the text: an entry's place
// in the one, commas and colons aside, is its place in the other.
struct csj_cursor {
  size_t tape = 1;  // behind the root's own entry
  size_t structural = 0;
};

struct csj_parser {
  dom::parser parser;
  const char *bytes = nullptr;
  size_t length = 0;
  size_t item = 0;  // the present item's place on the tape
  csj_cursor cursor;  // at an item before it, or at it
  dom::element root;
  dom::array array;
  dom::array::iterator next{};
  dom::array::iterator end{};
  explicit csj_parser(size_t bytes_max) : parser(bytes_max) {}
};

// Where an element stands on the tape, which simdjson keeps to itself.
template <typename Tag, typename Tag::type member> struct csj_opened {
  friend typename Tag::type opened(Tag) { return member; }
};
struct csj_tape {
  typedef internal::tape_ref dom::element::*type;
  friend type opened(csj_tape);
};
template struct csj_opened<csj_tape, &dom::element::tape>;

static size_t place_of(const dom::element &element) {
  return (element.*opened(csj_tape())).json_index;
}

static uint8_t type_of(dom::element_type type) {
  switch (type) {
    case dom::element_type::NULL_VALUE: return CSJ_NULL;
    case dom::element_type::BOOL: return CSJ_BOOL;
    case dom::element_type::INT64:
    case dom::element_type::UINT64: return CSJ_INTEGER;
    case dom::element_type::DOUBLE: return CSJ_DOUBLE;
    case dom::element_type::STRING: return CSJ_TEXT;
    case dom::element_type::OBJECT: return CSJ_OBJECT;
    case dom::element_type::ARRAY: return CSJ_ARRAY;
  }
  return CSJ_NULL;
}

static void read_value(dom::element element, csj_value *value) {
  value->place = place_of(element);
  value->type = type_of(element.type());
  switch (element.type()) {
    case dom::element_type::BOOL: value->integer = bool(element) ? 1 : 0; break;
    case dom::element_type::INT64:
      value->integer = int64_t(element);
      value->number = double(value->integer);
      break;
    case dom::element_type::UINT64:  // only beyond INT64_MAX
      value->type = CSJ_DOUBLE;
      value->number = double(uint64_t(element));
      break;
    case dom::element_type::DOUBLE: value->number = double(element); break;
    case dom::element_type::STRING: {
      std::string_view text(element);
      value->text = {text.data(), text.size()};
      break;
    }
    default: break;
  }
}

extern "C" csj_parser *csj_new(size_t bytes_max, size_t depth_max) {
  auto parser = new (std::nothrow) csj_parser(bytes_max);
  if (parser && parser->parser.allocate(4096, depth_max)) {
    delete parser;
    return nullptr;
  }
  return parser;
}

extern "C" void csj_free(csj_parser *parser) { delete parser; }

extern "C" int csj_parse(csj_parser *parser, const char *bytes, size_t length) {
  parser->bytes = bytes;
  parser->length = length;
  parser->cursor = csj_cursor();
  return parser->parser.parse(bytes, length, false).get(parser->root);
}

extern "C" const char *csj_message(int error) { return error_message(error_code(error)); }

extern "C" int csj_root_type(const csj_parser *parser) { return type_of(parser->root.type()); }

extern "C" int csj_enter(csj_parser *parser, const char *key, size_t length) {
  dom::object object;
  dom::element element;
  if (parser->root.get(object)) return 0;
  if (object.at_key(std::string_view(key, length)).get(element)) return 0;
  if (element.type() != dom::element_type::OBJECT) return 0;
  parser->root = element;
  return 1;
}

extern "C" int64_t csj_open_array(csj_parser *parser, const char *key, size_t length) {
  dom::element element = parser->root;
  if (length > 0) {
    dom::object object;
    if (parser->root.get(object)) return -1;
    if (object.at_key(std::string_view(key, length)).get(element)) return -1;
  }
  if (element.get(parser->array)) return -2;
  parser->next = parser->array.begin();
  parser->end = parser->array.end();
  return int64_t(parser->array.size());
}

static bool drop_prefix(std::string_view &name, std::string_view prefix) {
  if (name.substr(0, prefix.size()) != prefix) return false;
  name.remove_prefix(prefix.size());
  return true;
}

extern "C" bool csj_is_verification_code(const char *bytes, size_t length) {
  static const std::string_view owners[] = {"credit", "debit", "payment", "bank"};
  static const std::string_view codes[] = {
      "cvv",  "cvv1", "cvv2", "cvc",  "cvc1", "cvc2",         "ccv",          "ccv2",
      "cid",  "csc",  "cvn",  "cvn2", "cvd",  "cav",          "cav2",         "cvvcvc",
      "cve",  "cvccvv", "securitycode", "securitynumber", "verificationvalue", "validationcode",
      "validationvalue"};
  static const std::string_view codes_of_cards[] = {"verificationcode", "verificationnumber",
                                                    "securitycode", "securityvalue"};
  static const std::string_view ends[] = {"", "code", "number", "no", "num", "value", "data"};
  char letters[40];
  size_t count = 0;
  for (size_t index = 0; index < length; index++) {
    char letter = bytes[index];
    if (letter >= 'A' && letter <= 'Z') letter += 'a' - 'A';
    if (!((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9'))) continue;
    if (count == sizeof letters) return false;
    letters[count++] = letter;
  }
  std::string_view name(letters, count);
  for (auto owner : owners)
    if (drop_prefix(name, owner)) break;
  bool of_card = drop_prefix(name, "card");
  if (!of_card && name.substr(0, 3) != "ccv") of_card = drop_prefix(name, "cc");
  if (of_card)
    for (auto code : codes_of_cards)
      if (name == code) return true;
  for (auto code : codes) {
    if (name.substr(0, code.size()) != code) continue;
    for (auto end : ends)
      if (name.substr(code.size()) == end) return true;
  }
  return false;
}

extern "C" int csj_next(csj_parser *parser, int root, const csj_text *names,
                        const uint16_t *slots, size_t count, csj_value *values,
                        size_t value_count, csj_text *unknown) {
  dom::element element = parser->root;
  if (!root) {
    if (parser->next == parser->end) return 0;
    element = *parser->next;
    ++parser->next;
  }
  parser->item = place_of(element);
  memset(values, 0, value_count * sizeof(csj_value));
  *unknown = {nullptr, 0};
  dom::object object;
  if (element.get(object)) return -1;
  size_t expected = 0;  // clients send keys in the same order: try the name after the last match
  for (auto field : object) {
    size_t found = count;
    for (size_t step = 0; step < count; step++) {
      size_t index = expected + step;
      if (index >= count) index -= count;
      if (names[index].length == field.key.size() &&
          memcmp(names[index].bytes, field.key.data(), field.key.size()) == 0) {
        found = index;
        break;
      }
    }
    if (found == count) {
      if (!unknown->bytes || csj_is_verification_code(field.key.data(), field.key.size()))
        if (!unknown->bytes || !csj_is_verification_code(unknown->bytes, unknown->length))
          *unknown = {field.key.data(), field.key.size()};
      continue;
    }
    expected = found + 1 == count ? 0 : found + 1;
    csj_value *value = &values[slots[found]];
    if (value->type != CSJ_ABSENT) value->repeated = 1;
    read_value(field.value, value);
    value->name = uint16_t(found);
  }
  return 1;
}

// Moves on to a place on the tape; false where it is none.
static bool advance(const csj_parser *parser, csj_cursor &cursor, size_t place) {
  const auto &indexes = parser->parser.implementation->structural_indexes;
  const size_t count = parser->parser.implementation->n_structural_indexes;
  const uint64_t *tape = parser->parser.doc.tape.get();
  while (true) {
    while (cursor.structural < count && indexes[cursor.structural] < parser->length &&
           (parser->bytes[indexes[cursor.structural]] == ',' ||
            parser->bytes[indexes[cursor.structural]] == ':')) {
      cursor.structural++;
    }
    if (cursor.structural >= count || cursor.tape > place) return false;
    if (cursor.tape == place) return true;
    const char type = char(tape[cursor.tape] >> 56);
    cursor.tape += type == 'l' || type == 'u' || type == 'd' ? 2 : 1;
    cursor.structural++;
  }
}

extern "C" csj_text csj_number_text(csj_parser *parser, const csj_value *value) {
  if (value->type != CSJ_INTEGER && value->type != CSJ_DOUBLE) return {nullptr, 0};
  if (!advance(parser, parser->cursor, parser->item)) return {nullptr, 0};
  csj_cursor cursor = parser->cursor;
  if (!advance(parser, cursor, value->place)) return {nullptr, 0};
  const size_t start = parser->parser.implementation->structural_indexes[cursor.structural];
  size_t end = start;
  while (end < parser->length && (strchr("+-.eE", parser->bytes[end]) ||
                                  (parser->bytes[end] >= '0' && parser->bytes[end] <= '9'))) {
    if (parser->bytes[end] == 0) break;
    end++;
  }
  return {parser->bytes + start, end - start};
}
