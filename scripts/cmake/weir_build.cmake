# The verbs that every CMakeLists.txt of this project uses. Compile and link rules live here, in
# weir_plugin.cmake and in weir_packages.cmake, and nowhere else.
#
#   weir_library(core_queue SOURCES a.cpp HEADERS a.hpp LINK weir::core_base TESTS a_test.cpp)
#   weir_plugin(rename KIND processors SOURCES rename.cpp LINK re2::re2 TESTS rename_test.cpp)
#   weir_test(delivery_sim SOURCES delivery_sim_test.cpp LINK weir::core_pipeline)
#   weir_program(weir SOURCES main.cpp LINK weir::core_runtime)
#
# Common to all: LINK takes imported targets of third parties by name; their package is found when
# the first target asks for it (weir_packages.cmake).
#
# weir_library  A static library weir::NAME, or an interface library where it has no SOURCES.
#               TESTS make one executable NAME_test; TEST_LINK is what only the tests need.
# weir_plugin   The target KIND_NAME, built as ${build}/plugins/KIND/NAME.so; KIND_NAME_objects is what
#               its tests link. See weir_plugin.cmake, which is also what an installed SDK offers.
# weir_test     A GoogleTest executable and a ctest of the same name; with COMMAND instead of SOURCES a
#               ctest of that command. DEPENDS names targets that must be built before it runs; SERIAL
#               (nothing else runs meanwhile), LABELS and TIMEOUT (seconds, 120) are ctest's. It runs in
#               its source folder and finds WEIR_BUILD_DIR and WEIR_SOURCE_DIR in its environment.
#               Tests labelled conformance, e2e, sdk or soak are parts of their own in scripts/test.
# weir_program  An executable in ${build}, which exports nothing; a ctest proves it. COMPONENT sdk installs
#               it with the SDK instead of the agent.
#
# FUZZ (weir_library, weir_plugin): files NAME_fuzz.cpp that define LLVMFuzzerTestOneInput. Each makes
# an executable and a ctest of about a second, with the corpus in corpus/NAME beside it, where there is
# one. With WEIR_FUZZ (clang) the engine is libFuzzer, else tests/support/fuzz_driver.cpp; both take
# "-max_total_time=SECONDS -seed=N FOLDER...".
include_guard(GLOBAL)

option(WEIR_WERROR "Warnings are errors" OFF)
option(WEIR_REQUIRE_ALL "A plugin whose third-party library is missing stops the configuration" OFF)
option(WEIR_FUZZ "Build the fuzz targets with libFuzzer (clang only)" OFF)
set(WEIR_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

# Line tables are enough for a backtrace and cost a fraction of full debug information to build.
foreach(language IN ITEMS C CXX)
  set(CMAKE_${language}_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
  set(CMAKE_${language}_FLAGS_SANITIZE "-O1 -g1")
endforeach()
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(WEIR_CCACHE ccache)
if(WEIR_CCACHE)
  foreach(language IN ITEMS C CXX)
    if(NOT CMAKE_${language}_COMPILER_LAUNCHER)
      set(CMAKE_${language}_COMPILER_LAUNCHER "${WEIR_CCACHE}")
    endif()
  endforeach()
endif()
find_program(WEIR_MOLD mold)
if(WEIR_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(WEIR_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "WEIR_FUZZ needs clang: configure with the preset \"fuzz\"")
  endif()
  set(_weir_sanitize "fuzzer-no-link,address,undefined")
else()
  set(_weir_sanitize "${WEIR_SANITIZE}")
endif()

# Sanitizers reach every object of the tree, so that host, plugins and tests agree.
if(_weir_sanitize)
  add_compile_options(-fsanitize=${_weir_sanitize} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${_weir_sanitize})
  if(_weir_sanitize MATCHES "undefined")
    # What "null" and "object-size" would find ends in AddressSanitizer anyway; they cost a tenth of the build.
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=null,object-size)
  endif()
endif()
add_compile_options(-ffunction-sections -fdata-sections)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ collects its garbage whenever its heap has doubled; one file stays far below a gigabyte.
  add_compile_options(--param=ggc-min-heapsize=1048576)
endif()
add_link_options(-Wl,--gc-sections -Wl,--as-needed)

add_library(weir_rules INTERFACE)
target_compile_options(weir_rules INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wcast-align -Wunused
  -Wimplicit-fallthrough -Wformat=2
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual>
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<COMPILE_LANGUAGE:CXX>>:-Wuseless-cast>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Wnull-dereference>)
# A sanitizer changes what the optimizer sees and with it the flow warnings: errors only without one.
# -Wnull-dereference is clang's alone: g++ 12 sees null pointers in the standard library's own code.
if(WEIR_WERROR AND NOT _weir_sanitize)
  target_compile_options(weir_rules INTERFACE -Werror)
endif()

# Tests are compiled more often than run: a quarter less time for what links the -O2 code under test,
# and two fifths where sanitizers watch every temporary of an assertion.
set(_weir_quick_to_compile $<$<CONFIG:RelWithDebInfo>:-O1>$<$<CONFIG:Sanitize>:-Og>)

include(weir_packages)
include(weir_bench)
include(weir_plugin)

function(weir_library name)
  cmake_parse_arguments(A "" "" "SOURCES;HEADERS;LINK;TESTS;TEST_LINK;FUZZ" ${ARGN})
  _weir_no_leftovers(weir_library ${name} "${A_UNPARSED_ARGUMENTS}")
  weir_find_targets(missing ${A_LINK})
  if(missing)
    message(FATAL_ERROR "${name} needs ${missing}, which is not installed (scripts/setup installs it)")
  endif()
  if(A_SOURCES)
    add_library(${name} STATIC ${A_SOURCES} ${A_HEADERS})
    target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PUBLIC ${A_LINK} PRIVATE weir_rules)
  else()
    add_library(${name} INTERFACE ${A_HEADERS})
    target_include_directories(${name} INTERFACE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} INTERFACE ${A_LINK})
  endif()
  add_library(weir::${name} ALIAS ${name})
  _weir_headers_stand_alone(${name} "${A_SOURCES}" "${A_HEADERS}")
  if(A_TESTS)
    weir_test(${name}_test SOURCES ${A_TESTS} LINK ${name} ${A_TEST_LINK})
  endif()
  weir_fuzz(${name} SOURCES ${A_FUZZ} LINK ${name} ${A_TEST_LINK})
endfunction()

function(weir_test name)
  cmake_parse_arguments(A "SERIAL" "TIMEOUT" "SOURCES;COMMAND;LINK;DEPENDS;LABELS" ${ARGN})
  _weir_no_leftovers(weir_test ${name} "${A_UNPARSED_ARGUMENTS}")
  set(command ${A_COMMAND})
  if(A_SOURCES)
    weir_find_targets(missing GTest::gtest_main ${A_LINK})
    if(missing)
      message(STATUS "${name}: not built, ${missing} is not installed (scripts/setup test)")
      return()
    endif()
    add_executable(${name} ${A_SOURCES})
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PRIVATE ${A_LINK} GTest::gtest_main weir_rules)
    target_compile_options(${name} PRIVATE ${_weir_quick_to_compile})
    set(command ${name})
  endif()
  if(A_SOURCES AND A_DEPENDS)
    add_dependencies(${name} ${A_DEPENDS})
  endif()
  add_test(NAME ${name} COMMAND ${command} WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
  _weir_test_properties(${name} unit "${A_LABELS}" "${A_TIMEOUT}")
  set_tests_properties(${name} PROPERTIES RUN_SERIAL ${A_SERIAL})
endfunction()

function(weir_program name)
  cmake_parse_arguments(A "" "COMPONENT" "SOURCES;LINK" ${ARGN})
  _weir_no_leftovers(weir_program ${name} "${A_UNPARSED_ARGUMENTS}")
  weir_find_targets(missing ${A_LINK})
  if(missing)
    message(FATAL_ERROR "${name} needs ${missing}, which is not installed (scripts/setup installs it)")
  endif()
  add_executable(${name} ${A_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${A_LINK} weir_rules)
  # -fPIC: a position-independent executable would copy objects of shared libraries into itself and
  # export the copies.
  target_compile_options(${name} PRIVATE -fPIC)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
  if(NOT _weir_sanitize) # a sanitizer's run-time library must be seen by the plugins
    target_link_options(${name} PRIVATE -Wl,--exclude-libs,ALL
      "-Wl,--version-script=${WEIR_CMAKE_DIR}/program.map" -Wl,-z,now,-z,relro)
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${WEIR_CMAKE_DIR}/program.map")
    add_test(NAME ${name}_exports COMMAND sh "${WEIR_CMAKE_DIR}/check_exports.sh" $<TARGET_FILE:${name}>)
    _weir_test_properties(${name}_exports audit "" "")
  endif()
  if(NOT A_COMPONENT)
    set(A_COMPONENT agent)
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION bin COMPONENT ${A_COMPONENT})
endfunction()

# weir_fuzz(owner SOURCES x_fuzz.cpp... LINK ...): the executables and tests behind FUZZ.
function(weir_fuzz owner)
  cmake_parse_arguments(A "" "" "SOURCES;LINK" ${ARGN})
  foreach(source IN LISTS A_SOURCES)
    get_filename_component(stem "${source}" NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" stem "${stem}")
    set(target "${owner}_${stem}_fuzz")
    if(owner MATCHES "(^|_)${stem}$")
      set(target "${owner}_fuzz")
    endif()
    _weir_fuzz_target(${target} "${source}" "${A_LINK}")
    # libFuzzer writes what it finds into the first folder: one of the build's.
    set(found "${PROJECT_BINARY_DIR}/fuzz/${target}")
    set(corpus "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${stem}")
    file(MAKE_DIRECTORY "${found}")
    set(folders "${found}")
    if(IS_DIRECTORY "${corpus}")
      list(APPEND folders "${corpus}")
    endif()
    add_test(NAME ${target} COMMAND ${target} -max_total_time=1 -seed=1 ${folders}
      WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
    _weir_test_properties(${target} fuzz "" "")
    set_property(GLOBAL APPEND PROPERTY WEIR_FUZZ_TARGETS ${target})
    string(JOIN " " line "$<TARGET_FILE:${target}>" ${folders})
    set_property(GLOBAL APPEND_STRING PROPERTY WEIR_FUZZ_LIST "${line}\n")
  endforeach()
endfunction()

function(_weir_fuzz_target target source link)
  add_executable(${target} "${source}")
  target_link_libraries(${target} PRIVATE ${link} weir_rules)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_options(${target} PRIVATE ${_weir_quick_to_compile})
  if(WEIR_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  if(NOT TARGET weir_fuzz_driver)
    add_library(weir_fuzz_driver OBJECT "${PROJECT_SOURCE_DIR}/tests/support/fuzz_driver.cpp")
    target_link_libraries(weir_fuzz_driver PRIVATE weir_rules)
  endif()
  target_link_libraries(${target} PRIVATE weir_fuzz_driver)
endfunction()

# Labels: the kind (unit, fuzz, audit, check), and top folder and kind together (core-unit).
function(_weir_test_properties name kind labels timeout)
  file(RELATIVE_PATH folder "${PROJECT_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
  string(REGEX REPLACE "/.*" "" folder "${folder}")
  if(NOT folder)
    set(folder root)
  endif()
  if(NOT timeout)
    set(timeout 120)
  endif()
  set_tests_properties(${name} PROPERTIES
    LABELS "${kind};${folder}-${kind};${labels}"
    TIMEOUT ${timeout}
    ENVIRONMENT "WEIR_BUILD_DIR=${PROJECT_BINARY_DIR};WEIR_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
  if(TARGET ${name} AND folder STREQUAL "core" AND kind STREQUAL "unit")
    set_property(GLOBAL APPEND PROPERTY WEIR_CORE_TESTS ${name})
  endif()
endfunction()

# A header with a source of its own name is proved to stand alone there, where it comes first; the
# others are compiled by themselves.
function(_weir_headers_stand_alone name sources headers)
  set(units)
  foreach(header IN LISTS headers)
    get_filename_component(stem "${header}" NAME_WE)
    if(NOT "${stem}.cpp" IN_LIST sources)
      set(unit "${CMAKE_CURRENT_BINARY_DIR}/alone/${stem}.cpp")
      file(CONFIGURE OUTPUT "${unit}" CONTENT "#include \"${CMAKE_CURRENT_SOURCE_DIR}/${header}\"\n")
      list(APPEND units "${unit}")
    endif()
  endforeach()
  if(units)
    add_library(${name}_headers OBJECT ${units})
    target_include_directories(${name}_headers PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name}_headers PRIVATE ${name} weir_rules)
  endif()
endfunction()

function(_weir_no_leftovers verb name leftovers)
  if(leftovers)
    message(FATAL_ERROR "${verb}(${name}): \"${leftovers}\" is not understood")
  endif()
endfunction()

# At the end of the root, when every folder has been read: what needs all targets.
function(_weir_finish)
  get_property(modules GLOBAL PROPERTY WEIR_MODULES)
  if(TARGET weir-check)
    foreach(module IN LISTS modules)
      # A plugin whose defaults alone are not enough to work has a check.toml with its options.
      get_target_property(folder ${module} SOURCE_DIR)
      set(config)
      if(EXISTS "${folder}/check.toml")
        set(config --config "${folder}/check.toml")
      endif()
      add_test(NAME ${module}_check COMMAND weir-check $<TARGET_FILE:${module}> ${config})
      _weir_test_properties(${module}_check check "" "")
    endforeach()
  endif()
  add_custom_target(weir_modules DEPENDS ${modules})
  get_property(tests GLOBAL PROPERTY WEIR_CORE_TESTS)
  add_custom_target(weir_core_tests DEPENDS ${tests})
  get_property(fuzzers GLOBAL PROPERTY WEIR_FUZZ_TARGETS)
  add_custom_target(weir_fuzz_targets DEPENDS ${fuzzers})
  get_property(lines GLOBAL PROPERTY WEIR_FUZZ_LIST)
  file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/fuzz_targets.txt" CONTENT "${lines}")
endfunction()
cmake_language(DEFER DIRECTORY "${PROJECT_SOURCE_DIR}" CALL _weir_finish)
