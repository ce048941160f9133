# weir_plugin(name KIND inputs|processors|aggregators|outputs|parsers|serializers
#             SOURCES x.cpp [LINK third::party] [TESTS x_test.cpp] [TEST_LINK ...] [FUZZ x_fuzz.cpp]
#             [BENCH x_bench.cpp] [ALSO other_name])
#
# Builds one module, plugins/KIND/NAME.so, that exports weir_module_v0 and nothing else. The same verb
# inside the project and in an installed SDK (find_package(weir)). It links the SDK and third parties,
# never the agent. The target is KIND_NAME; its objects are the library KIND_NAME_objects, which the
# tests link: so what is hidden in the module can be tested without being exported.
#
# ALSO names further plugins of the module: each gets a link plugins/KIND/OTHER.so, since a plugin is
# found by its name.
#
# Tests it adds: KIND_NAME_exports (what the module exports), KIND_NAME_check (the contract suite, where
# weir-check is at hand), KIND_NAME_test (TESTS) and the fuzz targets; the last two inside the project.
include_guard(GLOBAL)

set(WEIR_CMAKE_DIR "${CMAKE_CURRENT_LIST_DIR}")
set(WEIR_PLUGIN_KINDS inputs processors aggregators outputs parsers serializers)

function(weir_plugin name)
  cmake_parse_arguments(A "" "KIND" "SOURCES;LINK;TESTS;TEST_LINK;FUZZ;BENCH;ALSO" ${ARGN})
  set(target ${A_KIND}_${name})
  _weir_check_plugin_call(${target} "${A_KIND}" "${A_SOURCES}" "${A_LINK}" "${A_UNPARSED_ARGUMENTS}")
  if(COMMAND weir_find_targets)
    weir_find_targets(missing ${A_LINK})
    if(missing)
      _weir_skip_plugin(${target} "${missing}")
      return()
    endif()
  endif()

  add_library(${target}_objects OBJECT ${A_SOURCES})
  target_link_libraries(${target}_objects PUBLIC weir::sdk ${A_LINK})
  set_target_properties(${target}_objects PROPERTIES POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${target}_objects PRIVATE
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
  if(TARGET weir_rules)
    target_link_libraries(${target}_objects PRIVATE weir_rules)
    target_include_directories(${target}_objects PRIVATE "${PROJECT_SOURCE_DIR}")
  endif()
  set(language C)
  if("${A_SOURCES}" MATCHES "\\.(cpp|cc|cxx)(;|$)")
    set(language CXX)
  endif()
  _weir_module(${target} ${name} ${A_KIND} ${language})

  if(A_TESTS AND COMMAND weir_test)
    weir_test(${target}_test SOURCES ${A_TESTS} LINK ${target}_objects weir::sdk_testing ${A_TEST_LINK})
  endif()
  if(A_FUZZ AND COMMAND weir_fuzz)
    weir_fuzz(${target} SOURCES ${A_FUZZ} LINK ${target}_objects weir::sdk_testing ${A_TEST_LINK})
  endif()
  if(A_BENCH AND COMMAND weir_bench)
    weir_bench(${target} SOURCES ${A_BENCH} LINK ${target}_objects weir::sdk_testing ${A_TEST_LINK})
  endif()
  _weir_module_links(${target} ${name} ${A_KIND} ${A_ALSO})
endfunction()

# The loadable module of an object library TARGET_objects.
function(_weir_module target name kind language)
  add_library(${target} MODULE)
  target_link_libraries(${target} PRIVATE ${target}_objects)
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${name} LINKER_LANGUAGE ${language}
    LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/plugins/${kind}"
    LINK_DEPENDS "${WEIR_CMAKE_DIR}/plugin.map")
  # Hidden visibility alone still lets template instances of the standard library out; the version
  # script does not.
  target_link_options(${target} PRIVATE "-Wl,--version-script=${WEIR_CMAKE_DIR}/plugin.map"
    -Wl,--exclude-libs,ALL -Wl,-z,now,-z,relro)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang" OR NOT _weir_sanitize)
    target_link_options(${target} PRIVATE -Wl,-z,defs) # clang leaves its sanitizers to the host
  endif()
  install(TARGETS ${target} LIBRARY DESTINATION lib/weir/${kind} COMPONENT agent)
  _weir_module_tests(${target})
endfunction()

# More names by which a module is found.
function(_weir_module_links target name kind)
  foreach(other IN LISTS ARGN)
    add_custom_command(TARGET ${target} POST_BUILD VERBATIM
      COMMAND "${CMAKE_COMMAND}" -E create_symlink ${name}.so
      "${PROJECT_BINARY_DIR}/plugins/${kind}/${other}.so")
    install(FILES "${PROJECT_BINARY_DIR}/plugins/${kind}/${other}.so" DESTINATION lib/weir/${kind} COMPONENT agent)
  endforeach()
endfunction()

function(_weir_module_tests target)
  add_test(NAME ${target}_exports
    COMMAND sh "${WEIR_CMAKE_DIR}/check_exports.sh" $<TARGET_FILE:${target}> weir_module_v0)
  if(COMMAND _weir_test_properties)
    _weir_test_properties(${target}_exports audit "" "")
    set_property(GLOBAL APPEND PROPERTY WEIR_MODULES ${target}) # weir-check is added when all is known
  elseif(TARGET weir::check)
    add_test(NAME ${target}_check COMMAND weir::check $<TARGET_FILE:${target}>)
  endif()
endfunction()

function(_weir_check_plugin_call target kind sources link leftovers)
  if(NOT kind IN_LIST WEIR_PLUGIN_KINDS)
    message(FATAL_ERROR "${target}: KIND is one of ${WEIR_PLUGIN_KINDS}")
  endif()
  if(NOT sources)
    message(FATAL_ERROR "${target}: SOURCES is missing")
  endif()
  if(leftovers)
    message(FATAL_ERROR "${target}: \"${leftovers}\" is not understood")
  endif()
  foreach(library IN LISTS link)
    if(library MATCHES "^(weir::)?core_")
      message(FATAL_ERROR "${target}: a plugin may not link ${library}; it may link weir::common_* and third parties")
    endif()
  endforeach()
endfunction()

function(_weir_skip_plugin target missing)
  if(WEIR_REQUIRE_ALL)
    message(FATAL_ERROR "${target} needs ${missing}, which is not installed (scripts/setup installs it)")
  endif()
  message(STATUS "${target}: not built, ${missing} is not installed")
endfunction()
