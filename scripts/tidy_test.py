#!/usr/bin/env python3
"""One planted violation per rule, and the nearest thing that is no violation."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import cxx
import tidy

ROOM = "#pragma once\n// What it is.\n"


def trees(rule, files):
    return [finding.text for finding in tidy.RULES[rule](tidy.Tree(files))]


class Direction(unittest.TestCase):
    def check(self, path, target):
        return trees("direction", {path: f'#include "{target}"\n', target: ""})

    def test_an_include_points_down(self):
        self.assertFalse(self.check("core/queue/a.cpp", "core/base/b.hpp"))
        self.assertTrue(self.check("core/base/a.cpp", "core/queue/b.hpp"))

    def test_siblings_are_strangers(self):
        self.assertTrue(self.check("core/config/a.cpp", "core/metrics/b.hpp"))
        self.assertFalse(self.check("core/config/a.cpp", "core/config/b.hpp"))

    def test_a_plugin_knows_neither_core_nor_its_neighbours(self):
        self.assertTrue(self.check("plugins/inputs/x/x.cpp", "core/base/b.hpp"))
        self.assertTrue(self.check("plugins/inputs/x/x.cpp", "plugins/inputs/y/y.hpp"))
        self.assertTrue(self.check("plugins/inputs/x/x.cpp", "plugins/outputs/x/x.hpp"))
        self.assertFalse(self.check("plugins/inputs/x/x.cpp", "plugins/common/tls/tls.hpp"))

    def test_core_knows_no_plugin_and_the_sdk_nobody(self):
        self.assertTrue(self.check("core/app/a.cpp", "plugins/inputs/x/x.hpp"))
        self.assertTrue(trees("direction", {"sdk/include/weir/a.hpp": '#include "core/base/b.hpp"\n',
                                            "core/base/b.hpp": ""}))

    def test_the_sdk_is_everybodys(self):
        self.assertFalse(trees("direction", {"plugins/inputs/x/x.cpp": "#include <weir/weir.hpp>\n",
                                             "sdk/include/weir/weir.hpp": ""}))

    def test_an_include_in_a_comment_is_none(self):
        self.assertFalse(trees("direction", {"core/base/a.cpp": '// #include "core/queue/b.hpp"\n',
                                             "core/queue/b.hpp": ""}))


class Fence(unittest.TestCase):
    def check(self, path, header):
        return trees("fence", {path: f"#include <{header}>\n"})

    def test_a_third_party_stays_in_its_folder(self):
        self.assertFalse(self.check("core/config/a.cpp", "toml++/toml.h"))
        self.assertTrue(self.check("core/pipeline/a.cpp", "toml++/toml.h"))
        self.assertFalse(self.check("plugins/outputs/kafka/kafka.cpp", "librdkafka/rdkafka.h"))
        self.assertTrue(self.check("plugins/outputs/file/file.cpp", "librdkafka/rdkafka.h"))

    def test_a_heavy_header_stays_out_of_headers(self):
        self.assertTrue(self.check("core/runtime/a.hpp", "boost/asio/io_context.hpp"))
        self.assertFalse(self.check("core/runtime/a.cpp", "boost/asio/io_context.hpp"))

    def test_the_sdk_needs_the_standard_library_alone(self):
        self.assertTrue(self.check("sdk/include/weir/a.hpp", "fmt/core.h"))
        self.assertFalse(self.check("sdk/include/weir/a.hpp", "string_view"))
        self.assertFalse(self.check("sdk/include/weir/a.hpp", "weir/abi.h"))

    def test_an_unknown_library_wants_a_fence(self):
        self.assertTrue(self.check("core/base/a.cpp", "hiredis/hiredis.h"))
        self.assertFalse(self.check("core/base/a.cpp", "sys/stat.h"))

    def test_a_test_may_use_the_test_library(self):
        self.assertFalse(self.check("core/base/a_test.cpp", "gtest/gtest.h"))
        self.assertTrue(self.check("core/base/a.cpp", "gtest/gtest.h"))


class Cycle(unittest.TestCase):
    def test_a_ring_is_found_and_named(self):
        ring = trees("cycle", {"core/base/a.hpp": '#include "core/base/b.hpp"\n',
                               "core/base/b.hpp": '#include "c.hpp"\n',
                               "core/base/c.hpp": '#include "core/base/a.hpp"\n'})
        self.assertEqual(ring, ["core/base/a.hpp -> core/base/b.hpp -> core/base/c.hpp -> core/base/a.hpp"])

    def test_a_diamond_is_no_ring(self):
        self.assertFalse(trees("cycle", {"a.hpp": '#include "b.hpp"\n#include "c.hpp"\n',
                                         "b.hpp": '#include "d.hpp"\n', "c.hpp": '#include "d.hpp"\n',
                                         "d.hpp": ""}))


class Length(unittest.TestCase):
    def check(self, lines, head="int f(int a)", wrap="{}"):
        body = "  work();\n" * (lines - 2)
        return trees("length", {"core/base/a.cpp": wrap.format(f"{head} {{\n{body}}}\n")})

    def test_seventy_lines_are_the_limit(self):
        self.assertFalse(self.check(70))
        self.assertTrue(self.check(71))

    def test_methods_and_constructors_count(self):
        self.assertTrue(self.check(71, wrap="class A {{\n public:\n{}}};\n"))
        self.assertTrue(self.check(71, head="A::A(int a) : a_(a), b_{a}"))
        self.assertTrue(self.check(71, head="template <typename T>\nauto f(T t) const noexcept -> T"))

    def test_a_long_type_is_no_function(self):
        self.assertFalse(trees("length", {"core/base/a.hpp": "struct A {\n" + "  int a;\n" * 90 + "};\n"}))
        self.assertFalse(trees("length", {"core/base/a.cpp": "const int table[] = {\n" + "  1,\n" * 90 + "};\n"}))


class Threads(unittest.TestCase):
    def check(self, text):
        return trees("threads", {"sdk/include/weir/a.h": text})

    def test_a_function_of_a_table_has_a_tag(self):
        self.assertFalse(self.check("typedef struct t {\n  int (*f)(int a); /* [work] does */\n} t;\n"))
        self.assertFalse(self.check("typedef struct t {\n  /* [work]\n   * does */\n  int (*f)(int a);\n} t;\n"))
        self.assertTrue(self.check("typedef struct t {\n  int (*f)(int a); /* does */\n} t;\n"))
        self.assertTrue(self.check("typedef struct t {\n  int (*f)(int a); /* [work] */\n  int (*g)(void);\n} t;\n"))

    def test_a_virtual_function_has_a_tag(self):
        self.assertTrue(self.check("struct A {\n  virtual void f() = 0;  // Does.\n};\n"))
        self.assertFalse(self.check("struct A {\n  virtual ~A() = default;\n  virtual void f() = 0;  // [any] Does.\n};\n"))


class Docs(unittest.TestCase):
    def check(self, text):
        return trees("docs", {"sdk/include/weir/a.hpp": text})

    def test_a_comment_above_or_beside_will_do(self):
        self.assertFalse(self.check("// Says.\nint f(int a);\n"))
        self.assertFalse(self.check("int f(int a);  // Says.\n"))
        self.assertTrue(self.check("int f(int a);\n"))

    def test_a_comment_covers_its_group_up_to_the_blank_line(self):
        self.assertFalse(self.check("// Both.\nint f();\nint g();\n"))
        self.assertEqual(self.check("// One.\nint f();\n\nint g();\n"), ["no comment: int g()"])

    def test_types_and_their_public_members_count(self):
        self.assertTrue(self.check("int x;\n\n\nstruct a {\n  int b;\n};\n"))
        self.assertTrue(self.check("// A.\nclass a {\n\n public:\n  int f();\n};\n"))
        self.assertFalse(self.check("// A.\nclass a {\n\n public:\n  a(int b);\n  a(const a&) = delete;\n\n private:\n  int f();\n};\n"))

    def test_the_comment_that_opens_a_file_is_its_main_types(self):
        file = "#pragma once\n\n// What it is.\n\nstruct x {};\n\n"
        self.assertFalse(self.check(file))
        self.assertEqual(self.check(file + "struct b {};\n"), ["no comment: struct b"])
        self.assertEqual(self.check(file + "struct a {};\n"), ["no comment: struct x"])

    def test_details_are_private(self):
        self.assertFalse(self.check("namespace weir {\nnamespace detail {\nint f();\n}\n}\n"))


class Marker(unittest.TestCase):
    def check(self, text):
        return trees("marker", {"core/base/a_test.cpp": text})

    def test_nothing_is_left_for_later(self):
        for text in ("// TODO(now): x\n", "// FIXME\n", "#if 0\n", "TEST(A, DISABLED_B) {}\n", "GTEST_SKIP();\n"):
            self.assertTrue(self.check(text), text)
        self.assertFalse(self.check("int to_do = 0;  // methods\n"))

    def test_an_exception_from_a_lint_names_it(self):
        self.assertTrue(self.check("f();  // NOLINT\n"))
        self.assertFalse(self.check("f();  // NOLINT(google-explicit-constructor)\n"))


class Sleep(unittest.TestCase):
    def test_a_unit_test_does_not_sleep(self):
        sleeping = "void f() { std::this_thread::sleep_for(1ms); }\n"
        self.assertTrue(trees("sleep", {"core/base/a_test.cpp": sleeping}))
        self.assertFalse(trees("sleep", {"core/base/a_test.cpp": "// sleep_for(1)\nvoid asleep() {}\n"}))
        self.assertFalse(trees("sleep", {"core/base/a.cpp": sleeping}))


class Exports(unittest.TestCase):
    def test_visibility_is_the_sdks(self):
        text = '__attribute__((visibility("default"))) int f();\n'
        self.assertTrue(trees("exports", {"plugins/inputs/x/x.cpp": text}))
        self.assertFalse(trees("exports", {"sdk/include/weir/abi.h": text}))

    def test_the_linkers_view(self):
        with tempfile.TemporaryDirectory() as folder:
            made = pathlib.Path(folder, "plugins", "inputs")
            made.mkdir(parents=True)
            for name, symbols in (("good", "weir_module_v0"), ("bad", "weir_module_v0 other")):
                source = "".join(f"int {symbol}(void) {{ return 0; }}\n" for symbol in symbols.split())
                subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", made / f"{name}.so"],
                               input=source, text=True, check=True)
            wrong = list(tidy.built_exports(folder))
        self.assertEqual([pathlib.Path(one.path).name for one in wrong], ["bad.so"])


class Header(unittest.TestCase):
    def test_a_header_guards_itself_and_says_what_it_is(self):
        self.assertFalse(trees("header", {"core/base/a.hpp": ROOM}))
        self.assertEqual(len(trees("header", {"core/base/a.hpp": "// What it is.\n"})), 1)
        self.assertEqual(len(trees("header", {"core/base/a.hpp": "#pragma once\n\n#include <string>\n"})), 1)


class Path(unittest.TestCase):
    def test_no_file_knows_its_machine(self):
        self.assertTrue(trees("path", {"scripts/x.sh": "cd /" + "work/main\n"}))
        self.assertFalse(trees("path", {"scripts/x.sh": "cd src/work/main; cat /etc/hosts\n"}))


class Plugin(unittest.TestCase):
    FILES = ("CMakeLists.txt", "README.md", "x.cpp", "x_test.cpp", "x.example.toml")

    def test_every_plugin_has_the_same_files(self):
        whole = {f"plugins/inputs/x/{file}": "" for file in self.FILES}
        self.assertFalse(trees("plugin", whole))
        del whole["plugins/inputs/x/x_test.cpp"]
        self.assertEqual(trees("plugin", whole), ["plugins/inputs/x/x_test.cpp is missing"])


class Figures(unittest.TestCase):
    def test_a_repeated_run_of_lines_is_counted_once(self):
        run = "".join(f"  call_number({i});\n" for i in range(9))
        tree = tidy.Tree({"core/base/a.cpp": run, "core/base/b.cpp": run, "core/base/c.cpp": "int a;\n"})
        self.assertEqual(tidy.figures(tree)["cloned_lines"], 9)

    def test_functions_are_measured_without_the_tests(self):
        text = "int f() {\n  return 1;\n}\n"
        tree = tidy.Tree({"core/base/a.cpp": text, "core/base/a_test.cpp": text * 5})
        values = tidy.figures(tree)
        self.assertEqual((values["functions"], values["function_median"]), (1, 3))
        self.assertEqual(values["tested_percent"], 100)


class Reading(unittest.TestCase):
    def heads(self, text, kind="function"):
        return [item.head for item in cxx.Source("a.cpp", text).items if item.kind == kind]

    def test_braces_in_literals_and_comments_are_text(self):
        self.assertEqual(self.heads('int f() { return g("}{", \'{\', R"x(})x"); /* } */ } // {\nint h() {}\n'),
                         ["int f()", "int h()"])

    def test_members_may_be_initialized_with_braces(self):
        self.assertEqual(len(self.heads("A::A(int a)\n    : a_{a}, b_(a), c_{{1, 2}} {\n  f();\n}\nint g() {}\n")), 2)

    def test_what_is_no_function(self):
        text = "enum class E { a, b };\nint x{f(1)};\nauto l = [](int a) { return a; };\nint y[] = {1, 2};\n"
        self.assertEqual(self.heads(text), [])

    def test_a_lambda_among_arguments_is_none_either(self):
        text = "CALL(A, Values(X{1}, X{2}), [](const auto& x) { return x; });\nint f() {}\n"
        self.assertEqual(self.heads(text), ["int f()"])

    def test_digit_separators_are_no_characters(self):
        self.assertEqual(self.heads("int f() { return 1'000'000; }\nint g() { return 'a'; }\n"), ["int f()", "int g()"])


class Command(unittest.TestCase):
    def test_it_runs_over_this_project(self):
        script = pathlib.Path(tidy.__file__)
        done = subprocess.run([sys.executable, script, "--json", "--rule", "cycle"], capture_output=True, text=True)
        self.assertIn('"findings"', done.stdout, done.stderr)


if __name__ == "__main__":
    unittest.main()
