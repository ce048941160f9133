#include "core/cel/compiler.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/cel/function.hpp"
#include "core/cel/machine.hpp"

namespace weir::cel {
namespace {

class Compiler {
 public:
  Compiler(const Ast& ast, Program& program, Fault& fault)
      : ast_(ast), program_(program), fault_(fault) {
    program_.slots = ast.slots;
  }

  void run() { emit(ast_.root); }

 private:
  // ---- instructions ----

  [[nodiscard]] std::uint32_t here() const {
    return static_cast<std::uint32_t>(program_.code.size());
  }
  std::uint32_t add(Op op, std::uint32_t index = 0, std::uint32_t count = 0) {
    Instruction i;
    i.op = op;
    i.index = index;
    i.count = count;
    program_.code.push_back(i);
    return here() - 1;
  }
  std::uint32_t add_loop(Op op, const Node& node, std::uint32_t target = 0) {
    const std::uint32_t at = add(op, target);
    program_.code[at].slot = static_cast<std::uint16_t>(node.slot);
    program_.code[at].macro = node.macro;
    return at;
  }
  void land(std::uint32_t jump) { program_.code[jump].target = here(); }

  void constant(const Value& value) {
    program_.constants.push_back(value);
    add(Op::constant, static_cast<std::uint32_t>(program_.constants.size() - 1));
  }
  std::uint32_t key(std::string_view name) {
    auto& all = program_.keys;
    const auto found = std::find(all.begin(), all.end(), name);
    const auto at = static_cast<std::uint32_t>(found - all.begin());
    if (found == all.end()) all.push_back(program_.texts.emplace_back(name));
    return at;
  }
  std::uint32_t function(const Function* f) {
    auto& all = program_.functions;
    const auto found = std::find(all.begin(), all.end(), f);
    const auto at = static_cast<std::uint32_t>(found - all.begin());
    if (found == all.end()) all.push_back(f);
    return at;
  }

  // ---- nodes: true when the value is a constant, and the only instruction says so ----

  bool emit(NodeId id) {
    if (!fault_.message.empty()) return false;
    const Node& node = ast_[id];
    switch (node.kind) {
      case NodeKind::literal: return constant(node.value), true;
      case NodeKind::name: return variable(node), false;
      case NodeKind::select: return select(node, Op::select);
      case NodeKind::has: return select(node, Op::has);
      case NodeKind::call:
      case NodeKind::member_call: return node.function->call == nullptr ? choice(node) : call(node);
      case NodeKind::both: return chain(node, Op::unless_false, Op::both);
      case NodeKind::either: return chain(node, Op::unless_true, Op::either);
      case NodeKind::list: return literal_of(node, Op::list);
      case NodeKind::map: return literal_of(node, Op::map);
      case NodeKind::comprehension: return comprehension(node), false;
    }
    return false;
  }

  void variable(const Node& node) {
    switch (node.variable) {
      case Variable::name: program_.needs.name = true; break;
      case Variable::tags: program_.needs.tags = true; break;
      case Variable::fields: program_.needs.fields = true; break;
      case Variable::time: program_.needs.time = true; break;
      default: add_loop(Op::element, node); return;
    }
    static constexpr std::array<Op, 5> ops{Op::constant, Op::name, Op::tags, Op::fields, Op::time};
    add(ops[static_cast<std::size_t>(node.variable)]);
  }

  bool select(const Node& node, Op op) {
    const Node& from = ast_.child(node, 0);
    const bool direct = from.variable == Variable::tags || from.variable == Variable::fields;
    if (direct) return entry(from.variable, node.name, op == Op::has), false;
    const std::uint32_t start = here();
    const bool is_constant = emit(node.children[0]);
    add(op, key(node.name));
    return is_constant && evaluate(start, node);
  }
  // tags.x, tags["x"], has(tags.x), "x" in tags: in one step.
  void entry(Variable of, std::string_view name, bool presence) {
    const bool tags = of == Variable::tags;
    (tags ? program_.needs.tags : program_.needs.fields) = true;
    const Op there = tags ? Op::has_tag : Op::has_field;
    const Op value = tags ? Op::tag : Op::field;
    add(presence ? there : value, key(name));
  }
  bool entry_by_operator(const Node& node) {
    const bool membership = node.name == "@in";
    if (!membership && node.name != "_[_]") return false;
    const Node& of = ast_.child(node, membership ? 1 : 0);
    const Node& name = ast_.child(node, membership ? 0 : 1);
    const bool map = of.variable == Variable::tags || of.variable == Variable::fields;
    if (!map || name.kind != NodeKind::literal || !name.value.is(Kind::text)) return false;
    entry(of.variable, name.value.str(), membership);
    return true;
  }

  bool call(const Node& node) {
    if (entry_by_operator(node)) return false;
    const std::uint32_t start = here();
    bool is_constant = node.function->nature != Function::Nature::clock;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const bool known = emit(node.children[i]);
      if (known && i == 1) prepare(node);
      is_constant = is_constant && known;
    }
    if (!fault_.message.empty()) return false;
    add(Op::call, function(node.function), static_cast<std::uint32_t>(node.children.size()));
    return is_constant && evaluate(start, node);
  }
  // The constant that was emitted last is a regular expression or a time zone.
  void prepare(const Node& node) {
    Value& value = program_.constants[program_.code.back().index];
    const bool pattern = node.name == "matches";
    if (!value.is(Kind::text) || (!pattern && !node.name.starts_with("get"))) return;
    std::string why;
    const Value made = pattern ? program_.prepared.pattern(value.str(), why)
                               : program_.prepared.zone(value.str(), why);
    if (!made.failed()) {
      value = made;
      return;
    }
    const Node& at = ast_.child(node, 1);
    fault_ = {at.offset, at.length, pattern ? "not a regular expression: " + why : why, {}};
  }

  // Replaces the instructions since start by their value. False where that is an error.
  bool evaluate(std::uint32_t start, const Node& node) {
    Machine machine(program_);
    const Value value = machine.run_part(start, here(), nullptr, 0);
    if (value.failed()) {
      if (is_conversion_of_literals(node)) {
        fault_ = {node.offset, node.length, describe_failure(value), {}};
      }
      return false;
    }
    const Value kept = keep(value);
    program_.code.resize(start);
    constant(kept);
    return true;
  }
  // What is wrong with such a one is wrong for every metric. Other constants may stand where nobody asks for them.
  [[nodiscard]] bool is_conversion_of_literals(const Node& node) const {
    if (node.function == nullptr || node.function->nature != Function::Nature::conversion) {
      return false;
    }
    return std::all_of(node.children.begin(), node.children.end(), [this](NodeId child) {
      return ast_[child].kind == NodeKind::literal || is_conversion_of_literals(ast_[child]);
    });
  }
  // A value that outlives the machine.
  Value keep(const Value& value) {
    switch (value.kind) {
      case Kind::text: return Value::of_text(program_.texts.emplace_back(value.str()));
      case Kind::bytes: return Value::of_bytes(program_.texts.emplace_back(value.str()));
      case Kind::list: return Value::of_list(keep_all(value.items, value.n), value.n);
      case Kind::map: return Value::of_map(keep_all(value.items, value.n * 2), value.n);
      default: return value;
    }
  }
  const Value* keep_all(const Value* values, std::uint32_t n) {
    std::vector<Value> kept;
    kept.reserve(n);
    for (std::uint32_t i = 0; i < n; ++i) kept.push_back(keep(values[i]));
    return program_.arrays.emplace_back(std::move(kept)).data();
  }

  bool choice(const Node& node) {
    emit(node.children[0]);
    const std::uint32_t choose = add(Op::choose);
    const std::uint32_t failed = add(Op::jump);
    emit(node.children[1]);
    const std::uint32_t chosen = add(Op::jump);
    land(choose);
    emit(node.children[2]);
    land(failed);
    land(chosen);
    return false;
  }

  bool chain(const Node& node, Op unless, Op combine) {
    std::vector<std::uint32_t> jumps;
    emit(node.children[0]);
    for (std::size_t i = 1; i < node.children.size(); ++i) {
      jumps.push_back(add(unless));
      emit(node.children[i]);
      add(combine);
    }
    for (const std::uint32_t jump : jumps) land(jump);
    return false;
  }

  bool literal_of(const Node& node, Op op) {
    const std::uint32_t start = here();
    bool is_constant = true;
    for (const NodeId child : node.children) is_constant = emit(child) && is_constant;
    if (!fault_.message.empty()) return false;
    add(op, 0, static_cast<std::uint32_t>(node.children.size()));
    return is_constant && evaluate(start, node);
  }

  void comprehension(const Node& node) {
    const bool transforms = node.macro == Macro::map;
    const bool tests = node.macro == Macro::filter || node.children.size() == 3;
    emit(node.children[0]);
    const std::uint32_t begin = add_loop(Op::begin, node);
    const std::uint32_t next = here();
    const std::uint32_t step = add_loop(Op::step, node);
    std::uint32_t failed = 0;
    emit(node.children[1]);
    if (tests) {
      add_loop(Op::test, node, next);
      failed = add(Op::jump);
      if (transforms) emit(node.children[2]);
      if (!transforms) add_loop(Op::element, node);
    }
    add_loop(Op::fold, node, next);
    land(step);
    if (failed != 0) land(failed);
    add_loop(Op::result, node);
    land(begin);
  }

  const Ast& ast_;
  Program& program_;
  Fault& fault_;
};

}  // namespace

void compile(const Ast& ast, Program& program, Fault& fault) {
  Compiler(ast, program, fault).run();
}

}  // namespace weir::cel
