#include "plugins/common/mqtt/properties.hpp"

#include "plugins/common/mqtt/wire.hpp"

namespace weir::mqtt {
namespace {

enum class Form : std::uint8_t { none, byte, two, four, varint, text, binary, pair };

// 2.2.2.2: what follows each identifier.
Form form_of(std::uint32_t id) {
  switch (id) {
    case 0x01:
    case 0x17:
    case 0x19:
    case 0x24:
    case 0x25:
    case 0x28:
    case 0x29:
    case 0x2a: return Form::byte;
    case 0x13:
    case 0x21:
    case 0x22:
    case 0x23: return Form::two;
    case 0x02:
    case 0x11:
    case 0x18:
    case 0x27: return Form::four;
    case 0x0b: return Form::varint;
    case 0x03:
    case 0x08:
    case 0x12:
    case 0x15:
    case 0x1a:
    case 0x1c:
    case 0x1f: return Form::text;
    case 0x09:
    case 0x16: return Form::binary;
    case 0x26: return Form::pair;
    default: return Form::none;
  }
}

std::uint32_t read_number(WireReader& from, Form form) {
  switch (form) {
    case Form::byte: return from.byte();
    case Form::two: return from.two();
    case Form::four: return from.four();
    default: return from.varint();
  }
}

void read_text(WireReader& from, std::uint32_t id, Properties& to) {
  const std::string_view text = from.text();
  if (id == static_cast<std::uint32_t>(Property::assigned_client_id)) to.assigned_client_id = text;
  if (id == static_cast<std::uint32_t>(Property::reason)) to.reason = text;
}

}  // namespace

Properties read_properties(WireReader& from) {
  Properties all;
  WireReader mine(from.bytes(from.varint()));
  while (!mine.empty()) {
    const std::uint32_t id = mine.varint();
    const Form form = form_of(id);
    if (form == Form::none) throw fail("a packet has an unknown property");
    if (form == Form::pair) mine.text();
    if (form >= Form::text) {
      read_text(mine, id, all);
      continue;
    }
    all.numbers[id] = read_number(mine, form);
    all.there[id] = true;
  }
  return all;
}

void PropertyWriter::byte(Property id, std::uint8_t v) {
  put_byte(bytes_, static_cast<std::uint8_t>(id));
  put_byte(bytes_, v);
}
void PropertyWriter::two(Property id, std::uint16_t v) {
  put_byte(bytes_, static_cast<std::uint8_t>(id));
  put_two(bytes_, v);
}
void PropertyWriter::four(Property id, std::uint32_t v) {
  put_byte(bytes_, static_cast<std::uint8_t>(id));
  put_two(bytes_, static_cast<std::uint16_t>(v >> 16U));
  put_two(bytes_, static_cast<std::uint16_t>(v));
}
void PropertyWriter::text(Property id, std::string_view v) {
  put_byte(bytes_, static_cast<std::uint8_t>(id));
  put_text(bytes_, v);
}
void PropertyWriter::pair(std::string_view key, std::string_view value) {
  put_byte(bytes_, static_cast<std::uint8_t>(Property::user));
  put_text(bytes_, key);
  put_text(bytes_, value);
}

}  // namespace weir::mqtt
