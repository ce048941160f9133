# weir_bench(owner SOURCES x_bench.cpp... LINK ...): micro-benchmarks with Google Benchmark.
#
# Each file makes an executable, OWNER_bench for x = the end of OWNER, else OWNER_x_bench. The target
# weir_benches builds them all; nothing else does, and no test runs them: numbers want a quiet machine.
#
# weir_bench_tool(name SOURCES x.cpp... LINK ... [PRELOAD]): a program that bench/run needs, built by weir_benches
# too; with PRELOAD a library to stand before a program's others, libNAME.so.
include_guard(GLOBAL)

add_custom_target(weir_benches)

# weir_bench_counts counts allocations and locks of the benchmark that it is part of (<weir/testing/counts.hpp>).
set(_weir_counts "${PROJECT_SOURCE_DIR}/bench/tools/count_calls.cpp")
if(EXISTS "${_weir_counts}")  # not in a tree that has only what plugins need
  add_library(weir_bench_counts OBJECT EXCLUDE_FROM_ALL "${_weir_counts}")
  target_link_libraries(weir_bench_counts PRIVATE weir::sdk_testing weir_rules)
  # Seen by the libraries, too: they are to use its functions.
  set_target_properties(weir_bench_counts PROPERTIES CXX_VISIBILITY_PRESET default)
endif()

function(weir_bench owner)
  cmake_parse_arguments(A "" "" "SOURCES;LINK" ${ARGN})
  _weir_no_leftovers(weir_bench ${owner} "${A_UNPARSED_ARGUMENTS}")
  if(A_SOURCES)
    weir_find_targets(missing benchmark::benchmark)
    if(missing)
      message(STATUS "${owner}: no benchmarks, ${missing} is not installed (scripts/setup test)")
      return()
    endif()
  endif()
  foreach(source IN LISTS A_SOURCES)
    get_filename_component(stem "${source}" NAME_WE)
    string(REGEX REPLACE "_bench$" "" stem "${stem}")
    set(target "${owner}_${stem}_bench")
    if(owner MATCHES "(^|_)${stem}$")
      set(target "${owner}_bench")
    endif()
    add_executable(${target} EXCLUDE_FROM_ALL "${source}")
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${target} PRIVATE ${A_LINK} benchmark::benchmark weir_rules)
    if(TARGET weir_bench_counts AND NOT WEIR_SANITIZE)  # whose library has an allocator of its own
      target_link_libraries(${target} PRIVATE weir_bench_counts)
    endif()
    add_dependencies(weir_benches ${target})
  endforeach()
endfunction()

function(weir_bench_tool name)
  cmake_parse_arguments(A "PRELOAD" "" "SOURCES;LINK" ${ARGN})
  _weir_no_leftovers(weir_bench_tool ${name} "${A_UNPARSED_ARGUMENTS}")
  weir_find_targets(missing Threads::Threads ${A_LINK})
  if(missing)
    message(STATUS "${name}: not built, ${missing} is not installed (scripts/setup installs it)")
    return()
  endif()
  if(A_PRELOAD)
    add_library(${name} MODULE EXCLUDE_FROM_ALL ${A_SOURCES})
    set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET default)
  else()
    add_executable(${name} EXCLUDE_FROM_ALL ${A_SOURCES})
  endif()
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${A_LINK} Threads::Threads weir_rules)
  add_dependencies(weir_benches ${name})
endfunction()
